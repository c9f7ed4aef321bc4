"""Markers, kits, alleles, frequency tables, profiles and mutation models.

Nothing here knows of pedigrees. See :mod:`priam.genetics.frequencies`,
:mod:`priam.genetics.profiles` and :mod:`priam.genetics.mutation`.
"""
