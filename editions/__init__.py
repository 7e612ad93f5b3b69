"""The editions that come with the product: one TOML file each, read by `kernel.administration.editions`."""
