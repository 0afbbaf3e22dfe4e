"""Where pull requests are reviewed: GitHub or GitLab, asked over its API."""
