/*
 * plot.c
 *	  A forecast and what came before it as a drawing.
 *
 * From the ground up: grid and labels of both axes, the interval, the history, the forecast,
 * the legend.  Where there are more values than pixels, each column of pixels shows the least
 * and the largest of its values, so that no peak is lost.
 */
#include "core/forecast/plot.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/forecast/plot_axis.h"
#include "core/forecast/plot_text.h"

/* Width of a character of the labels in pixels, and of the title: enough for most fonts. */
#define LABEL_WIDTH 6.6
#define TITLE_WIDTH 8.6

#define MARGIN 16.0
#define TICK_DISTANCE 52
#define LABEL_LIMIT 40
#define TITLE_LIMIT 2000

/* Points have a mark of their own where they are further apart. */
#define MARK_DISTANCE 14.0

typedef struct Frame
{
	const ForecastPlot *plot;
	const ForecastPlotSink *sink;
	ForecastAxis axis;
	double left;
	double right;
	double top;
	double bottom;
	int count; /* of history and steps */
} Frame;

/* Part of the values that is drawn as one path. */
typedef struct Pen
{
	const Frame *frame;
	int points;
	double x; /* of the last point */
	double y;
} Pen;

#define WRITE(frame, ...) forecast_plot_write((frame)->sink, __VA_ARGS__)

/* ---- places ---- */

static double
drawable(double value)
{
	if (isnan(value))
		return value;
	return fmin(fmax(value, -FORECAST_AXIS_LIMIT), FORECAST_AXIS_LIMIT);
}

static double
x_of(const Frame *frame, double i)
{
	if (frame->count < 2)
		return (frame->left + frame->right) / 2;
	return frame->left + (frame->right - frame->left) * i / (frame->count - 1);
}

static double
y_of(const Frame *frame, double value)
{
	const ForecastAxis *axis = &frame->axis;

	return frame->bottom -
		   (frame->bottom - frame->top) * (value - axis->low) / (axis->high - axis->low);
}

static double
distance(const Frame *frame)
{
	return frame->count < 2 ? frame->right - frame->left :
							  (frame->right - frame->left) / (frame->count - 1);
}

static void
extend(const double *value, int n, double *low, double *high)
{
	for (int i = 0; value != NULL && i < n; i++)
	{
		if (isnan(value[i]))
			continue;
		*low = fmin(*low, drawable(value[i]));
		*high = fmax(*high, drawable(value[i]));
	}
}

/* False where there is nothing to draw. */
static bool
value_range(const ForecastPlot *plot, double *low, double *high)
{
	*low = INFINITY;
	*high = -INFINITY;
	extend(plot->history, plot->history_count, low, high);
	extend(plot->mean, plot->steps, low, high);
	extend(plot->lower, plot->steps, low, high);
	extend(plot->upper, plot->steps, low, high);
	return *low <= *high;
}

static double
widest_tick(const ForecastAxis *axis)
{
	char label[FORECAST_AXIS_LABEL_MAX];
	size_t length = 0;

	for (int i = 0; i < axis->ticks; i++)
	{
		forecast_axis_label(axis, forecast_axis_tick(axis, i), label);
		if (strlen(label) > length)
			length = strlen(label);
	}
	return (double) length * LABEL_WIDTH;
}

static void
lay_out(Frame *frame, double low, double high)
{
	const ForecastPlot *plot = frame->plot;

	frame->count = plot->history_count + plot->steps;
	frame->top = plot->title != NULL ? 64 : 40;
	frame->bottom = plot->height - 36;
	forecast_axis_fit(low, high, 1 + (int) (frame->bottom - frame->top) / TICK_DISTANCE,
					  &frame->axis);
	frame->left = MARGIN + widest_tick(&frame->axis) + 8;
	frame->right = plot->width - MARGIN;
}

/* ---- ground ---- */

static const char style[] =
	"<style>\n"
	".tidehold-plot text{font:12px system-ui,-apple-system,\"Segoe UI\",Roboto,"
	"\"DejaVu Sans\",sans-serif;fill:#4b5563}\n"
	".tidehold-plot .title{font-size:15px;font-weight:600;fill:#111827}\n"
	".tidehold-plot .ground{fill:#ffffff}\n"
	".tidehold-plot .grid{stroke:#e5e7eb;stroke-width:1}\n"
	".tidehold-plot .axis{stroke:#9ca3af;stroke-width:1}\n"
	".tidehold-plot .now{stroke:#9ca3af;stroke-width:1;stroke-dasharray:3 4}\n"
	".tidehold-plot .line{fill:none;stroke-linejoin:round;stroke-linecap:round}\n"
	".tidehold-plot .history{stroke:#374151;stroke-width:1.6}\n"
	".tidehold-plot .forecast{stroke:#0b66c3;stroke-width:2.2}\n"
	".tidehold-plot .band{fill:#0b66c3;fill-opacity:.18;stroke:none}\n"
	".tidehold-plot .mark{fill:#ffffff;stroke-width:1.6}\n"
	"@media (prefers-color-scheme:dark){\n"
	".tidehold-plot text{fill:#aab4c3}\n"
	".tidehold-plot .title{fill:#f3f4f6}\n"
	".tidehold-plot .ground{fill:#111827}\n"
	".tidehold-plot .grid{stroke:#2a3444}\n"
	".tidehold-plot .axis,.tidehold-plot .now{stroke:#64748b}\n"
	".tidehold-plot .history{stroke:#d1d5db}\n"
	".tidehold-plot .forecast{stroke:#5aa9ff}\n"
	".tidehold-plot .band{fill:#5aa9ff;fill-opacity:.24}\n"
	".tidehold-plot .mark{fill:#111827}\n"
	"}\n"
	"</style>\n";

static void
open_drawing(const Frame *frame)
{
	const ForecastPlot *plot = frame->plot;

	WRITE(frame,
		  "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tidehold-plot\" role=\"img\" "
		  "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<title>",
		  plot->width, plot->height, plot->width, plot->height);
	forecast_plot_text(frame->sink, plot->title != NULL ? plot->title : "Forecast", TITLE_LIMIT);
	WRITE(frame, "</title>\n");
	frame->sink->take(frame->sink->context, style, sizeof(style) - 1);
	WRITE(frame, "<rect class=\"ground\" width=\"%d\" height=\"%d\"/>\n", plot->width,
		  plot->height);
	if (plot->title == NULL)
		return;
	WRITE(frame, "<text class=\"title\" x=\"%f\" y=\"26\">", MARGIN);
	forecast_plot_text(frame->sink, plot->title, (int) ((plot->width - 2 * MARGIN) / TITLE_WIDTH));
	WRITE(frame, "</text>\n");
}

static void
draw_value_axis(const Frame *frame)
{
	char label[FORECAST_AXIS_LABEL_MAX];

	for (int i = 0; i < frame->axis.ticks; i++)
	{
		double value = forecast_axis_tick(&frame->axis, i);
		double y = round(y_of(frame, value)) + 0.5;

		forecast_axis_label(&frame->axis, value, label);
		WRITE(frame, "<line class=\"%s\" x1=\"%f\" y1=\"%f\" x2=\"%f\" y2=\"%f\"/>\n",
			  i == 0 || value == 0 ? "axis" : "grid", frame->left, y, frame->right, y);
		WRITE(frame, "<text x=\"%f\" y=\"%f\" text-anchor=\"end\">%s</text>\n",
			  frame->left - 8, y + 4, label);
	}
}

/* ---- steps ---- */

static int
longest_label(const Frame *frame)
{
	int longest = 0;

	for (int i = 0; i < frame->count; i++)
	{
		int length = forecast_plot_length(frame->plot->label[i]);

		longest = length > longest ? length : longest;
	}
	return longest < LABEL_LIMIT ? longest : LABEL_LIMIT;
}

/* Every how manieth step has a label: by 1, 2 or 5 times a power of ten where numbers stand. */
static int
number_stride(double least)
{
	double power = 1;

	while (power * 10 <= least)
		power *= 10;
	if (least <= power)
		return (int) power;
	if (least <= 2 * power)
		return (int) (2 * power);
	return (int) ((least <= 5 * power ? 5 : 10) * power);
}

/* By what months and hours divide by where dates may stand. */
static int
label_stride(double least)
{
	static const int of_year[] = { 1, 2, 3, 4, 6, 12 };
	double stride = 12;

	for (int i = 0; i < 6; i++)
	{
		if (of_year[i] >= least)
			return of_year[i];
	}
	while (stride < least)
		stride *= 2;
	return (int) stride;
}

static int
number_length(int count)
{
	int length = 2;

	for (; count >= 10; count /= 10)
		length++;
	return length;
}

static void
draw_step_label(const Frame *frame, int i, const char *label)
{
	double x = x_of(frame, i);
	double half = forecast_plot_length(label) * LABEL_WIDTH / 2;
	const char *anchor = "middle";

	if (x + half > frame->plot->width - 2)
		anchor = "end";
	else if (x - half < 2)
		anchor = "start";
	WRITE(frame, "<line class=\"axis\" x1=\"%f\" y1=\"%f\" x2=\"%f\" y2=\"%f\"/>\n", x,
		  frame->bottom + 0.5, x, frame->bottom + 5.5);
	WRITE(frame, "<text x=\"%f\" y=\"%f\" text-anchor=\"%s\">", x, frame->bottom + 20, anchor);
	forecast_plot_text(frame->sink, label, LABEL_LIMIT);
	WRITE(frame, "</text>\n");
}

/* Without labels steps are counted from the last value: 1 is the first that is foreseen. */
static void
draw_step_axis(const Frame *frame)
{
	const ForecastPlot *plot = frame->plot;
	bool numbers = plot->label == NULL;
	int characters = numbers ? number_length(frame->count) : longest_label(frame);
	double least = (characters * LABEL_WIDTH + 14) / distance(frame);
	int stride = numbers ? number_stride(least) : label_stride(least);
	int zero = plot->history_count - 1;
	int first = numbers && zero > 0 ? zero % stride : 0;
	char number[FORECAST_AXIS_LABEL_MAX];
	ForecastAxis plain = { .unit = 1, .suffix = "" };

	for (int i = first; i < frame->count; i += stride)
	{
		const char *label = numbers ? number : plot->label[i];

		forecast_axis_label(&plain, i - zero, number);
		if (label != NULL)
			draw_step_label(frame, i, label);
		if (i > INT32_MAX - stride)
			break;
	}
}

/* ---- lines ---- */

static void
pen_up(Pen *pen)
{
	if (pen->points == 1)
		WRITE(pen->frame, "h0");
	pen->points = 0;
}

static void
pen_to(Pen *pen, double i, double value)
{
	if (isnan(value))
	{
		pen_up(pen);
		return;
	}
	pen->x = x_of(pen->frame, i);
	pen->y = y_of(pen->frame, drawable(value));
	WRITE(pen->frame, "%s%f %f", pen->points++ == 0 ? "M" : "L", pen->x, pen->y);
}

/* First value of part b of buckets. */
static int
bucket_start(int n, int buckets, int b)
{
	return (int) ((int64_t) n * b / buckets);
}

/* The least and the largest value from start on, in the order in which they come. */
static void
pen_over(Pen *pen, const double *value, int start, int end, int offset)
{
	int low = -1;
	int high = -1;

	for (int t = start; t < end; t++)
	{
		if (isnan(value[t]))
			continue;
		if (low < 0 || value[t] < value[low])
			low = t;
		if (high < 0 || value[t] > value[high])
			high = t;
	}
	if (low < 0)
		pen_to(pen, 0, NAN);
	else
	{
		pen_to(pen, offset + (low < high ? low : high), value[low < high ? low : high]);
		if (low != high)
			pen_to(pen, offset + (low < high ? high : low), value[low < high ? high : low]);
	}
}

/* before, unless NaN, is the value at the step before the first one. */
static void
draw_line(const Frame *frame, const char *class, const double *value, int n, int offset,
		  double before)
{
	int columns = (int) (frame->right - frame->left);
	int buckets = n <= columns ? n : columns;
	Pen pen = { .frame = frame };

	if (value == NULL || n == 0)
		return;
	WRITE(frame, "<path class=\"line %s\" d=\"", class);
	if (!isnan(before))
		pen_to(&pen, offset - 1, before);
	for (int b = 0; b < buckets; b++)
		pen_over(&pen, value, bucket_start(n, buckets, b), bucket_start(n, buckets, b + 1), offset);
	pen_up(&pen);
	WRITE(frame, "\"/>\n");
}

static void
draw_marks(const Frame *frame, const char *class, const double *value, int n, int offset)
{
	if (distance(frame) < MARK_DISTANCE)
		return;
	for (int t = 0; value != NULL && t < n; t++)
	{
		if (!isnan(value[t]))
			WRITE(frame, "<circle class=\"mark %s\" cx=\"%f\" cy=\"%f\" r=\"2.6\"/>\n", class,
				  x_of(frame, offset + t), y_of(frame, drawable(value[t])));
	}
}

/* ---- the interval ---- */

/* Limits of part b; false where one is not known. */
static bool
band_at(const ForecastPlot *plot, int buckets, int b, double *lower, double *upper)
{
	int end = bucket_start(plot->steps, buckets, b + 1);

	*lower = INFINITY;
	*upper = -INFINITY;
	for (int t = bucket_start(plot->steps, buckets, b); t < end; t++)
	{
		if (isnan(plot->lower[t]) || isnan(plot->upper[t]))
			continue;
		*lower = fmin(*lower, drawable(plot->lower[t]));
		*upper = fmax(*upper, drawable(plot->upper[t]));
	}
	return *lower<INFINITY && * upper> - INFINITY;
}

static double
bucket_middle(const Frame *frame, int buckets, int b)
{
	int start = bucket_start(frame->plot->steps, buckets, b);
	int end = bucket_start(frame->plot->steps, buckets, b + 1);

	return frame->plot->history_count + (start + end - 1) / 2.0;
}

/* Where there is one step, a bar stands for the area. */
static void
draw_band_run(const Frame *frame, int buckets, int start, int end, double before)
{
	double half = end - start == 1 && isnan(before) ? fmin(distance(frame) / 3, 8) : 0;
	double lower;
	double upper;
	const char *command = "M";

	WRITE(frame, "<path class=\"band\" d=\"");
	if (!isnan(before))
	{
		WRITE(frame, "M%f %f", x_of(frame, frame->plot->history_count - 1), y_of(frame, before));
		command = "L";
	}
	for (int b = start; b < end; b++, command = "L")
	{
		double x = x_of(frame, bucket_middle(frame, buckets, b));

		band_at(frame->plot, buckets, b, &lower, &upper);
		WRITE(frame, "%s%f %f", command, x - half, y_of(frame, upper));
		if (half > 0)
			WRITE(frame, "L%f %f", x + half, y_of(frame, upper));
	}
	for (int b = end - 1; b >= start; b--)
	{
		double x = x_of(frame, bucket_middle(frame, buckets, b));

		band_at(frame->plot, buckets, b, &lower, &upper);
		WRITE(frame, "L%f %f", x + half, y_of(frame, lower));
		if (half > 0)
			WRITE(frame, "L%f %f", x - half, y_of(frame, lower));
	}
	WRITE(frame, "Z\"/>\n");
}

static void
draw_band(const Frame *frame, double before)
{
	int columns = (int) (frame->right - frame->left);
	int buckets = frame->plot->steps <= columns ? frame->plot->steps : columns;
	int start = 0;
	double lower;
	double upper;

	if (frame->plot->lower == NULL || frame->plot->upper == NULL)
		return;
	for (int b = 0; b <= buckets; b++)
	{
		if (b < buckets && band_at(frame->plot, buckets, b, &lower, &upper))
			continue;
		if (b > start)
			draw_band_run(frame, buckets, start, b, start == 0 ? before : NAN);
		start = b + 1;
	}
}

/* ---- the legend ---- */

static bool
any_known(const double *value, int n)
{
	for (int i = 0; value != NULL && i < n; i++)
	{
		if (!isnan(value[i]))
			return true;
	}
	return false;
}

static double
draw_entry(const Frame *frame, double x, const char *class, const char *text)
{
	double y = frame->top - 22;

	if (strcmp(class, "band") == 0)
		WRITE(frame, "<rect class=\"band\" x=\"%f\" y=\"%f\" width=\"20\" height=\"10\"/>\n", x,
			  y - 5);
	else
		WRITE(frame, "<path class=\"line %s\" d=\"M%f %fh20\"/>\n", class, x, y);
	WRITE(frame, "<text x=\"%f\" y=\"%f\">%s</text>\n", x + 26, y + 4, text);
	return x + 26 + (double) strlen(text) * LABEL_WIDTH + 18;
}

static void
draw_legend(const Frame *frame)
{
	const ForecastPlot *plot = frame->plot;
	double x = MARGIN;

	if (any_known(plot->history, plot->history_count))
		x = draw_entry(frame, x, "history", "history");
	if (any_known(plot->mean, plot->steps))
		x = draw_entry(frame, x, "forecast", "forecast");
	if (any_known(plot->lower, plot->steps) && any_known(plot->upper, plot->steps))
		draw_entry(frame, x, "band", "interval");
}

/* ---- all of it ---- */

/* From the last value the forecast goes on. */
static double
last_value(const ForecastPlot *plot)
{
	return plot->history_count > 0 && plot->steps > 0 ?
			   drawable(plot->history[plot->history_count - 1]) :
			   NAN;
}

static void
draw_values(const Frame *frame)
{
	const ForecastPlot *plot = frame->plot;
	double before = last_value(plot);
	double now = x_of(frame, plot->history_count - 1);

	draw_band(frame, before);
	if (plot->history_count > 0 && plot->steps > 0)
		WRITE(frame, "<line class=\"now\" x1=\"%f\" y1=\"%f\" x2=\"%f\" y2=\"%f\"/>\n", now,
			  frame->top, now, frame->bottom);
	draw_line(frame, "forecast", plot->mean, plot->steps, plot->history_count, before);
	draw_line(frame, "history", plot->history, plot->history_count, 0, NAN);
	draw_marks(frame, "forecast", plot->mean, plot->steps, plot->history_count);
	draw_marks(frame, "history", plot->history, plot->history_count, 0);
}

void
forecast_plot(const ForecastPlot *plot, const ForecastPlotSink *sink)
{
	Frame frame = { .plot = plot, .sink = sink };
	double low;
	double high;

	if (value_range(plot, &low, &high))
	{
		lay_out(&frame, low, high);
		open_drawing(&frame);
		draw_value_axis(&frame);
		draw_step_axis(&frame);
		draw_values(&frame);
		draw_legend(&frame);
	}
	else
	{
		open_drawing(&frame);
		WRITE(&frame, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">no values</text>\n",
			  plot->width / 2, plot->height / 2);
	}
	WRITE(&frame, "</svg>\n");
}
