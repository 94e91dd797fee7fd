"""The demo: a believable publication, made by the product's own verbs in half a minute."""
