# forecast_report.awk
#	  The table of auto beside R's, from the reference and the lines of forecast_accuracy.
#
#	awk -v metrics=FILE -f forecast_report.awk forecast_reference.tsv LINES
#
# Metrics are added to FILE.  Groups without a wanted figure are there for comparison and
# take no part in the least and largest coverage.

function metric(name, value, digits)
{
	printf "%s\t%." digits "f\n", name, value >> metrics
}

FNR == NR {
	if ($0 ~ /^#/)
		next
	wanted[$1] = $2
	best[$1] = "-"
	for (i = 3; i <= 7; i++)
	{
		r[$1, i] = $i
		if ($i != "-" && (best[$1] == "-" || $i + 0 < best[$1] + 0))
			best[$1] = $i
	}
	msis[$1] = $8
	next
}

FNR == 1 {
	printf "\n%-13s %5s %7s %6s | %6s %6s | %7s %6s %6s %6s %6s | %6s | %7s %7s | %8s %5s\n",
		"auto", "count", "sMAPE", "MASE", "OWA", "wanted", "R theta", "damped", "ets", "snaive", "hw",
		"cov95", "MSIS", "R ets", "ms", "fall"
}

{
	printf "%-13s %5d %7.3f %6.3f | %6.3f %6s | %7s %6s %6s %6s %6s | %6.3f | %7.2f %7s | %8.2f %5d\n",
		$1, $3, $4, $5, $6, wanted[$1], r[$1, 3], r[$1, 4], r[$1, 5], r[$1, 6], r[$1, 7], $7, $8,
		msis[$1], $9, $10
	series += $3
	fallbacks += $10
	if (wanted[$1] == "-")
		next
	metric("owa_" $1, $6, 3)
	if (least == "" || $7 < least)
		least = $7
	if ($7 > largest)
		largest = $7
	if ($6 > wanted[$1] + 0)
		misses = misses sprintf("%s is at %.3f, wanted %s; ", $1, $6, wanted[$1])
	if (best[$1] != "-" && $6 >= best[$1] + 0)
		misses = misses sprintf("%s is not below R's best, %s; ", $1, best[$1])
	if (msis[$1] != "-" && $8 >= msis[$1] + 0)
		misses = misses sprintf("MSIS of %s is not below R's ets; ", $1)
}

END {
	printf "fallbacks to the last value: %d of %d series\n", fallbacks, series
	printf "missed: %s\n", misses == "" ? "none" : misses
	metric("coverage95_min", least, 3)
	metric("coverage95_max", largest, 3)
}
