# Reads "latency clients round variant rate"; prints a table for people, then metrics.

function median(values, count,    i, j, swap)
{
	for (i = 2; i <= count; i++)
		for (j = i; j > 1 && values[j - 1] > values[j]; j--) {
			swap = values[j]; values[j] = values[j - 1]; values[j - 1] = swap
		}
	return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}

# Median rate of a variant; low and high are left in globals.
function median_rate(latency, clients, variant,    round, values, count)
{
	for (round = 1; round <= rounds; round++)
		if ((latency, clients, round, variant) in rate)
			values[++count] = rate[latency, clients, round, variant]
	if (count == 0)
		return 0
	middle = median(values, count)
	low = values[1]; high = values[count]
	return middle
}

# Median over the rounds of the ratio within a round.
function median_ratio(latency, clients, variant, base,    round, values, count)
{
	for (round = 1; round <= rounds; round++)
		if (rate[latency, clients, round, base] > 0)
			values[++count] = rate[latency, clients, round, variant] / rate[latency, clients, round, base]
	return count ? median(values, count) : 0
}

function print_table(latency, clients, names, base, unit,    i, count, list, rate_)
{
	count = split(names, list, " ")
	for (i = 1; i <= count; i++) {
		rate_ = median_rate(latency, clients, list[i])
		if (rate_ > 0)
			printf "%5d ms %7d  %-32s %9d %9d %9d  %8.2f\n", latency, clients, title[list[i]],
				low, rate_, high, median_ratio(latency, clients, list[i], base)
	}
}

function metric(name, latency, variant, base, clients)
{
	if (median_rate(latency, clients, variant) > 0)
		printf "%s\t%.3f\n", name, median_ratio(latency, clients, variant, base)
}

BEGIN {
	title["insert"] = "bare INSERT"
	title["row"] = "UPDATE + INSERT, one row"
	title["stripes"] = "UPDATE + INSERT, 16 stripes"
	title["units"] = "unit rows, SKIP LOCKED"
	title["hot"] = "reserve, one hot SKU"
	title["cold"] = "reserve, many SKUs uniformly"
	title["zipf"] = "reserve, many SKUs zipf 0.99"
	title["fulfil"] = "fulfil, one hot SKU"
	title["cart_insert"] = "INSERT of 1,000 rows (rows/s)"
	title["cart"] = "cart of 1,000 SKUs (rows/s)"
}

{
	rate[$1, $2, $3, $4] = $5
	if ($3 > rounds) rounds = $3
	if (!seen[$1, $2]++) order[++settings] = $1 " " $2
}

END {
	printf "%8s %7s  %-32s %9s %9s %9s  %8s\n", "commit", "clients", "calls/s", "low", "median", "high", "/ INSERT"
	for (s = 1; s <= settings; s++) {
		split(order[s], at, " ")
		print_table(at[1], at[2], "insert row stripes units hot cold zipf fulfil", "insert")
	}
	print_table(0, 1, "cart_insert cart", "cart_insert")
	print ""
	metric("hot_vs_insert_0ms", 0, "hot", "insert", metric_clients)
	metric("hot_vs_insert_1ms", 1, "hot", "insert", metric_clients)
	metric("hot_vs_row_0ms", 0, "hot", "row", metric_clients)
	metric("hot_vs_row_1ms", 1, "hot", "row", metric_clients)
	metric("hot_vs_stripes_0ms", 0, "hot", "stripes", metric_clients)
	metric("fulfil_vs_insert", 0, "fulfil", "insert", metric_clients)
	metric("cart_rows_vs_insert", 0, "cart", "cart_insert", 1)
}
