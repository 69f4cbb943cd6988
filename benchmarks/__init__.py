"""Speed and memory beside named peers, in one run; `script/bench` runs them."""
