"""Synthetic exchanges with known truth; generators are passed in, never global."""

from priam.simulation.exchange import Exchange, simulate_exchange
from priam.simulation.files import write_exchange
from priam.simulation.plan import ExchangePlan

__all__ = ["Exchange", "ExchangePlan", "simulate_exchange", "write_exchange"]
