"""The public pages of a subscription. None needs JavaScript, sets a cookie or acts on a GET."""
