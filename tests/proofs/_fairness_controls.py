"""Other ways to share work out, as controls: what the product's rules are compared with, and faults planted on purpose."""

from __future__ import annotations

from collections.abc import Callable

from kcc.routing.simulation import Agent, Item, Simulation

ItemOrder = Callable[[Simulation, Item, float], tuple[float, ...]]
AgentOrder = Callable[[Simulation, Agent, Item], tuple[float, ...]]


def first_come(_pool: Simulation, item: Item, at: float) -> tuple[float, ...]:
    """Who came first."""
    return (item.class_at(at), item.since, item.number)


def hopeful_first(pool: Simulation, item: Item, at: float) -> tuple[float, ...]:
    """The planted fault: whoever waits too long already is helped last, because it cannot be made good."""
    late = at - item.since > pool.within(item.arrival.town)
    return (item.class_at(at), late, item.since, item.number)


def longest_idle(_pool: Simulation, agent: Agent, _item: Item) -> tuple[float, ...]:
    """Whoever has been ready longest, whatever they know."""
    return (agent.idle_since, agent.number)


def fewest_skills(_pool: Simulation, agent: Agent, item: Item) -> tuple[float, ...]:
    """The most expert, then who can do least else, then who was ready longest."""
    level = agent.level(item.arrival.town)
    return (-level, sum(1 for known in agent.levels.values() if known == 2), agent.idle_since, agent.number)


class Control:
    """A policy of two orders: of the waiting items for an agent, and of the ready agents for an item."""

    def __init__(self, item_order: ItemOrder = first_come, agent_order: AgentOrder = longest_idle) -> None:
        self.item_order, self.agent_order = item_order, agent_order

    def enters(self, pool: Simulation, item: Item, at: float) -> None:
        """Calls before all else."""
        item.first_class = 2 if item.kind in ("call", "counter") else 4

    def item_for(self, pool: Simulation, agent: Agent, at: float) -> Item | None:
        """The first by the order of items, among those this agent may take."""
        open_to = [item for item in pool.waiting.values() if agent.level(item.arrival.town)]
        return min(open_to, key=lambda item: self.item_order(pool, item, at), default=None)

    def agent_for(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        """The first by the order of agents, among those who may take it."""
        able = [agent for agent in pool.ready.values() if agent.level(item.arrival.town)]
        return min(able, key=lambda agent: self.agent_order(pool, agent, item), default=None)

    def interrupts(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        """Nobody puts work down."""
        return None

    def offers_callback(self, pool: Simulation, item: Item, at: float) -> float | None:
        """No call-backs."""
        return None

    def left(self, pool: Simulation, item: Item, at: float) -> None:
        """Nothing to remember."""
