"""External systems. Foundry: "Make API calls from functions"."""
