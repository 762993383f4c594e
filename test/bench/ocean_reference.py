# ocean_reference.py
#	  Milliseconds that the Python reference takes for climatology and detection of one
#	  series, in the mean of every fourth column of FILE, one thread.
#
#	python ocean_reference.py FILE
#
# MARINE_HEATWAVES names the reference's own file, marineHeatWaves.py; numpy below 2 and scipy are
# what it needs.  Reading FILE is not counted, while the other side reads its rows.
import csv
import datetime
import importlib.util
import os
import sys
import time

import numpy

specification = importlib.util.spec_from_file_location("reference", os.environ["MARINE_HEATWAVES"])
reference = importlib.util.module_from_spec(specification)
specification.loader.exec_module(reference)

with open(sys.argv[1]) as file:
    rows = list(csv.reader(file))[1:]
days = numpy.array([datetime.date.fromisoformat(row[0]).toordinal() for row in rows])
series = [numpy.array([float(row[i]) for row in rows]) for i in range(1, len(rows[0]), 4)]


def detect(values):
    return reference.detect(days, values, climatologyPeriod=[1983, 2012])


detect(series[0])
start = time.perf_counter()
for values in series:
    detect(values)
print(f"{1000 * (time.perf_counter() - start) / len(series):.6g}")
