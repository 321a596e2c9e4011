"""Learning a model anew from the page of its name: asked for, under way, and what came of it."""

from __future__ import annotations

from automl.workbench.views.registry.anew.ask import ask
from automl.workbench.views.registry.anew.follow import follow
from automl.workbench.views.registry.anew.offer import earlier, offer

__all__ = ["ask", "earlier", "follow", "offer"]
