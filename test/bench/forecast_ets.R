# forecast_ets.R
#	  Milliseconds that ets() of R's package forecast takes for one monthly series of M3, in
#	  the mean of every STRIDE-th, with the data loaded, one thread.
#
#	Rscript forecast_ets.R STRIDE
suppressMessages(library(forecast))
stride <- as.integer(commandArgs(TRUE)[1])
path <- file.path(Sys.getenv("TIDEHOLD_SHARED"), "data/forecast/m3/monthly_train.csv.gz")
train <- read.csv(gzfile(path), colClasses = "character")
chosen <- which((seq_len(nrow(train)) - 1) %% stride == stride %/% 2)
series <- lapply(strsplit(train$values[chosen], " "), function(x) ts(as.numeric(x), frequency = 12))
used <- function(y) { t <- system.time(ets(y)); t[["user.self"]] + t[["sys.self"]] }
cat(format(1000 * mean(sapply(series, used)), digits = 6), "\n", sep = "")
