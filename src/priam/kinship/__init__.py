"""Pedigrees and the likelihood of what was seen on them.

Start with :mod:`~priam.kinship.pedigree` and :mod:`~priam.kinship.locus`, then
:func:`~priam.kinship.likelihood.log_likelihood`; :mod:`~priam.kinship.tables` for searching.
"""
