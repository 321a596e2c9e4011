"""How the workbench's server is set up: private by default, and with a look of its own.

`.streamlit/config.toml` at the top of the repository says the same for `streamlit run app.py`; a test holds
the two together. An installed copy has no such file, so `python -m automl.workbench` passes these options.
"""

from __future__ import annotations

from typing import Any

__all__ = ["OPTIONS", "UPLOAD_MEGABYTES"]

UPLOAD_MEGABYTES = 500

_SHARED_THEME: dict[str, Any] = {
    "font": "sans-serif",
    "baseFontSize": 15,
    "headingFontSizes": ["1.75rem", "1.3rem", "1.08rem", "1rem", "0.95rem", "0.9rem"],
    "headingFontWeights": [650, 600, 600, 600, 600, 600],
    "metricValueFontSize": "1.7rem",
    "metricValueFontWeight": 600,
    "baseRadius": "10px",
    "buttonRadius": "8px",
    "paddingTop": "1.25rem",
    "paddingBottom": "4rem",
    "showWidgetBorder": True,
}

_LIGHT: dict[str, Any] = {
    "primaryColor": "#0f6e6a",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f4f7f7",
    "textColor": "#17232b",
    "borderColor": "#dde4e6",
    "linkColor": "#0f6e6a",
    "dataframeHeaderBackgroundColor": "#f4f7f7",
    "dataframeBorderColor": "#e3e9ea",
    "redColor": "#c2410c",
    "orangeColor": "#b45309",
    "greenColor": "#15803d",
    "blueColor": "#1d5fae",
    "grayColor": "#5b6b75",
    "chartCategoricalColors": [
        "#0f6e6a",
        "#c9701a",
        "#3f6fc4",
        "#a83a78",
        "#64748b",
        "#3f8f4f",
        "#7c5cc4",
        "#b0482f",
    ],
    "chartSequentialColors": [
        "#e6f2f1",
        "#cbe5e2",
        "#a9d3cf",
        "#85bfba",
        "#61a9a4",
        "#41918c",
        "#277a75",
        "#146560",
        "#0b504c",
        "#053a37",
    ],
    "chartDivergingColors": [
        "#1c4f93",
        "#3d6fb0",
        "#6b94c8",
        "#9dbadf",
        "#d0deef",
        "#f5dfcd",
        "#eabf98",
        "#da9860",
        "#c2702f",
        "#9c4f12",
    ],
}

_DARK: dict[str, Any] = {
    "primaryColor": "#3bb5ab",
    "backgroundColor": "#10171b",
    "secondaryBackgroundColor": "#182127",
    "textColor": "#e7eef0",
    "borderColor": "#2b3840",
    "linkColor": "#5ec9c0",
    "dataframeHeaderBackgroundColor": "#182127",
    "dataframeBorderColor": "#2b3840",
    "redColor": "#f08a5d",
    "orangeColor": "#e9a23b",
    "greenColor": "#57c47c",
    "blueColor": "#7fb0ee",
    "grayColor": "#9aabb5",
    "chartCategoricalColors": [
        "#4cc2b8",
        "#f0a04b",
        "#82a8f0",
        "#e082b8",
        "#9db0bf",
        "#7fce8d",
        "#b49af0",
        "#ee8a6d",
    ],
    "chartSequentialColors": [
        "#0d3f3c",
        "#125450",
        "#186a65",
        "#20817b",
        "#2c9a92",
        "#45b3aa",
        "#68c8c0",
        "#90dad4",
        "#b8eae6",
        "#e0f7f5",
    ],
    "chartDivergingColors": [
        "#8fbcf5",
        "#6d9fe0",
        "#4d7fbf",
        "#375d8f",
        "#263f5e",
        "#54402b",
        "#86592b",
        "#b8762f",
        "#e0953f",
        "#f7b765",
    ],
}

OPTIONS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "server.address": "127.0.0.1",
    "server.allowedHosts": ["localhost", "127.0.0.1"],
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": UPLOAD_MEGABYTES,
    "server.showEmailPrompt": False,
    **{f"theme.{name}": value for name, value in _SHARED_THEME.items()},
    **{f"theme.light.{name}": value for name, value in _LIGHT.items()},
    **{f"theme.dark.{name}": value for name, value in _DARK.items()},
}
