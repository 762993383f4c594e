/*
 * svg.h
 *	  Whether a drawing is a document, as far as our own drawings go.
 */
#ifndef TIDEHOLD_TEST_SVG_H
#define TIDEHOLD_TEST_SVG_H

#include <stdbool.h>
#include <string.h>

/* The content of an element or a value: ASCII, and an ampersand only as a reference. */
static inline bool
svg_is_plain(const char *text, const char *end)
{
	for (; text < end; text++)
	{
		if ((unsigned char) *text >= 0x7f || (*text < ' ' && *text != '\n') || *text == '<')
			return false;
		if (*text == '&' && strncmp(text, "&#x", 3) != 0)
			return false;
	}
	return true;
}

/* Elements are closed in the order in which they were opened, texts hold no markup. */
static inline bool
svg_is_well_formed(const char *text)
{
	const char *open[16];
	int depth = 0;

	for (const char *start = strchr(text, '<'); start != NULL; start = strchr(start + 1, '<'))
	{
		const char *end = strchr(start, '>');
		const char *next = end != NULL ? strchr(end, '<') : NULL;
		size_t name = strcspn(start + 1, " />");

		if (end == NULL || !svg_is_plain(start + 1, end))
			return false;
		if (next != NULL && !svg_is_plain(end + 1, next))
			return false;
		if (start[1] == '/')
		{
			name = strcspn(start + 2, ">");
			if (depth-- == 0 || strncmp(open[depth], start + 2, name) != 0)
				return false;
		}
		else if (end[-1] != '/')
		{
			if (depth == 16 || name == 0)
				return false;
			open[depth++] = start + 1;
		}
	}
	return depth == 0 && strncmp(text, "<svg xmlns=", 11) == 0;
}

#endif /* TIDEHOLD_TEST_SVG_H */
