"""What is lost, copied and held up when members hang, crawl, die and come back, measured from outside."""
