"""A table of 100 columns of which three matter, as CSV on stdout: y = c17*c42/c5."""

import csv
import random
import sys

random.seed(1)
names = [f"c{number}" for number in range(1, 101)]
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow([*names, "y"])
for _ in range(400):
    row = [round(random.uniform(1, 5), 3) for _ in names]
    c = dict(zip(names, row, strict=True))
    writer.writerow([*row, c["c17"] * c["c42"] / c["c5"]])
