"""What runs on a compute host: workers, sandboxed runners, input rendering, model inspection. Imports no Django."""
