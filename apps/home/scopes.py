"""The scopes of tokens, in words: what the page of tokens and the API's reference offer."""

from atrium.access.principals import Scope

SCOPES = {
    Scope.MODELS_READ: "See projects, models, versions and endpoints",
    Scope.MODELS_WRITE: "Make projects, upload models, deploy and promote",
    Scope.PREDICT: "Send cases to endpoints and read the answers",
    Scope.LINKS_WRITE: "Make and revoke links for reviewers",
    Scope.FEEDBACK_READ: "Read the inbox: flags, threads, exports",
    Scope.FEEDBACK_WRITE: "Flag, write in threads, assign and resolve; delete cases (an admin's token)",
    Scope.DATA_READ: "See datasets, ask the debugger about them, read saved analyses",
    Scope.DATA_WRITE: "Upload datasets, say what their columns are for, save slices and analyses; with predict and a "
    "scope of models, run a model over a dataset",
    Scope.ADMIN_READ: "Read usage and audit (an admin's token)",
}
SCOPES_RULE = "Each scope may look up what it acts on, and write implies read."
NOTEBOOK = (
    Scope.MODELS_READ,
    Scope.MODELS_WRITE,
    Scope.PREDICT,
    Scope.LINKS_WRITE,
    Scope.FEEDBACK_READ,
    Scope.FEEDBACK_WRITE,
    Scope.DATA_READ,
    Scope.DATA_WRITE,
)
"""What is ticked at first: all that a notebook does."""
