# forecast_autoets.py
#	  Milliseconds that AutoETS of statsforecast takes to fit one monthly series of M3, in the
#	  mean of every STRIDE-th, after a call to warm up, one thread.
#
#	python forecast_autoets.py STRIDE
import gzip
import os
import sys
import time

import numpy
from statsforecast.models import AutoETS

stride = int(sys.argv[1])
path = os.path.join(os.environ["TIDEHOLD_SHARED"], "data/forecast/m3/monthly_train.csv.gz")
with gzip.open(path, "rt") as file:
    lines = file.read().splitlines()[1:]
series = [
    numpy.array([float(value) for value in line.split(",")[4].split()])
    for line in lines[stride // 2 :: stride]
]
AutoETS(season_length=12).fit(series[0])
start = time.process_time()
for values in series:
    AutoETS(season_length=12).fit(values)
print(f"{1000 * (time.process_time() - start) / len(series):.6g}")
