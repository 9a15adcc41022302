package figures

import (
	"image/color"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"wavetank/metrics/compare"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// causeColours are the colours of the causes. The keys are the names of their metrics without the
// prefix (analysis.Missed or analysis.GivenUp). Causes that are often side by side differ most.
var causeColours = map[string]color.NRGBA{
	"rejected":  {0x7F, 0x4F, 0x24, 0xFF}, // brown
	"lost":      {0x00, 0x00, 0x00, 0xFF}, // black
	"kv":        {0xCC, 0x79, 0xA7, 0xFF}, // reddish purple
	"loading":   {0x56, 0xB4, 0xE9, 0xFF}, // sky blue
	"retries":   {0xE7, 0x29, 0x8A, 0xFF}, // magenta
	"unplanned": {0xD5, 0x5E, 0x00, 0xFF}, // vermillion
	"unready":   {0xF0, 0xC4, 0x42, 0xFF}, // yellow
	"burst":     {0x00, 0x72, 0xB2, 0xFF}, // blue
	"behind":    {0x00, 0x9E, 0x73, 0xFF}, // bluish green
	"batch":     {0x7A, 0x5B, 0xC4, 0xFF}, // violet
	"transfer":  {0x8C, 0x2D, 0x04, 0xFF}, // dark orange
	"network":   {0x1B, 0x3A, 0x6B, 0xFF}, // dark blue
	"service":   {0xA0, 0xA0, 0xA0, 0xFF}, // grey
}

// CauseColour returns the colour of a cause of misses (analysis.CauseBand).
func CauseColour(cause string) color.NRGBA { return causeColours[cause] }

// missesPicture draws a bar for each policy: the requests that missed, by cause. With a single
// policy there is no figure: the tables show its numbers.
func missesPicture(s *sheet) *Picture {
	bands := s.CauseBands()
	if len(s.Policies) < 2 || len(bands) == 0 {
		return nil
	}
	legend := causeLegend(bands)
	caption := "Requests that missed their objective, by the cause, in percent of all that arrived."
	if legend[len(legend)-1].name == givenUpName {
		caption += " Stripes mark requests that were rejected or dropped, in the part of the cause that they had met before."
	}
	return &Picture{
		Caption: caption,
		height:  s.barPanel() + legendHeight(legend, inner) + 4 + 2*figureEdge,
		draw:    func(c draw.Canvas) error { return s.drawMisses(drawLegend(c, legend), bands) },
	}
}

const givenUpName = "Striped: rejected or dropped"

// causeLegend returns an entry for each cause, and one for the stripes.
func causeLegend(bands []analysis.CauseBand) (list []entry) {
	striped := false
	for i, b := range bands {
		striped = striped || b.Striped
		if i == 0 || bands[i-1].Cause != b.Cause {
			list = append(list, entry{name: b.Title, fill: causeColours[b.Cause]})
		}
	}
	if striped {
		list = append(list, entry{name: givenUpName, fill: ink, striped: true})
	}
	return list
}

func (s *sheet) drawMisses(c draw.Canvas, bands []analysis.CauseBand) error {
	names := s.nameWidth()
	right, left := lettering(8), lettering(8)
	right.XAlign, right.YAlign = text.XRight, text.YCenter
	left.YAlign = text.YCenter
	sums := make([]compare.Interval, len(s.Policies))
	for _, b := range bands {
		for i, share := range b.Shares {
			sums[i].Mean += share
			sums[i].Low, sums[i].High = sums[i].Mean, sums[i].Mean
		}
	}
	title := lettering(9)
	title.YAlign = text.YTop
	c.FillText(title, vg.Point{X: c.Min.X + names, Y: c.Max.Y}, "Requests late or lost (%)")
	bars := c
	bars.Min.X += names
	bars.Max.X -= 40
	x := barAxis(bars, wording.Format{Factor: 1}, sums)
	for i, p := range s.Policies {
		y, from := barHeight(c, i), 0.0
		c.FillText(right, vg.Point{X: c.Min.X + names - 6, Y: y}, twoLines(p, right, names-6))
		for _, b := range bands {
			fillStriped(bars, causeColours[b.Cause], b.Striped, x(from), y-5.5, x(from+b.Shares[i]), y+5.5)
			from += b.Shares[i]
		}
		c.FillText(left, vg.Point{X: x(from) + 6, Y: y}, wording.Fixed(from, max(0, wording.Decimals(from, 2))))
	}
	return nil
}

// fillStriped fills a box. If striped is true, it draws white stripes on the box.
func fillStriped(c draw.Canvas, fill color.Color, striped bool, x0, y0, x1, y1 vg.Length) {
	c.FillPolygon(fill, box(x0, y0, x1, y1))
	for x := x0 + 2; striped && x < x1; x += 5 {
		c.FillPolygon(color.White, box(x, y0, min(x+1.2, x1), y1))
	}
}
