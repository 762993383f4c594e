#!/bin/bash
# Maps the order lines of an online retailer (invoice_no, stock_code, quantity,
# invoice_ts, unit_price, customer_id, country) to what the demo reads: sku,
# ordered_at, quantity, where a negative quantity is a return.
#
# Left out, because no goods move to or from a customer:
#   - codes that name no goods: postage, bank charges, discounts, gift vouchers;
#   - negative quantities on an ordinary invoice.  They have no price and no customer:
#     the retailer wrote stock off.  A return stands on an invoice C...
#
# usage: retail_to_demo.sh [FILE|FILE.gz] > orders.csv    (default: standard input)
set -euo pipefail

gzip --decompress --stdout --force -- "${1:--}" | awk -F, '
	NR == 1 && $0 !~ /^invoice_no,stock_code,quantity,invoice_ts,/ {
		print "retail_to_demo.sh: unexpected header: " $0 > "/dev/stderr"
		failed = 1
		exit 1
	}
	NR == 1 { print "sku,ordered_at,quantity"; next }
	$2 !~ /^([0-9]|DCGS)/ { no_goods++; next }
	$3 < 0 && $1 !~ /^C/ { written_off++; next }
	{ print toupper($2) "," $4 "," $3 }
	END {
		if (!failed)
			printf "left out: %d lines that name no goods, %d write-offs\n",
				no_goods, written_off > "/dev/stderr"
	}'
