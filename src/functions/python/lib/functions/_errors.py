class UserFacingError(Exception):
    """An error whose message is meant for whoever called the function. Foundry: "User-facing errors"."""
