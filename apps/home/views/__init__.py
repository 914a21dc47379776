"""Pages about a whole site, a team or a project."""
