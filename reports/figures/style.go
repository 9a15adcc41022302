package figures

import (
	"hash/fnv"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"wavetank/reports/analysis"
)

const (
	figureWidth = 9 * vg.Inch
	figureEdge  = 10 // margin on each side, in points
	resolution  = 150
)

// inner is the width of a figure without its margins, in points.
const inner = figureWidth - 2*figureEdge

// palette is the colour-blind-safe set of Okabe and Ito ("Color universal design", 2008). Grey
// replaces yellow, which is hardly visible on white.
var palette = [8]color.NRGBA{
	{0x00, 0x72, 0xB2, 0xFF}, // blue
	{0xD5, 0x5E, 0x00, 0xFF}, // vermillion
	{0x00, 0x9E, 0x73, 0xFF}, // bluish green
	{0xCC, 0x79, 0xA7, 0xFF}, // reddish purple
	{0xE6, 0x9F, 0x00, 0xFF}, // orange
	{0x56, 0xB4, 0xE9, 0xFF}, // sky blue
	{0x00, 0x00, 0x00, 0xFF}, // black
	{0x88, 0x88, 0x88, 0xFF}, // grey
}

// kin numbers the hue of each colour of the palette. Readers never confuse two colours of different
// hues.
var kin = [len(palette)]int{0, 1, 2, 3, 1, 0, 4, 4}

var dashes = [][]vg.Length{nil, {6, 2}, {1.5, 1.5}, {7, 2, 1.5, 2}, {3, 2}}

var glyphs = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.SquareGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{},
	draw.TriangleGlyph{}, diamond{filled: true}, diamond{},
}

// diamond is a square that is rotated by 45 degrees. A cross would not be visible on the lines of
// an interval.
type diamond struct{ filled bool }

// DrawGlyph implements draw.GlyphDrawer.
func (d diamond) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	r := style.Radius * 1.2
	corners := []vg.Point{{X: at.X, Y: at.Y - r}, {X: at.X + r, Y: at.Y}, {X: at.X, Y: at.Y + r}, {X: at.X - r, Y: at.Y}}
	if d.filled {
		c.FillPolygon(style.Color, corners)
		return
	}
	c.StrokeLines(draw.LineStyle{Color: style.Color, Width: 0.5}, append(corners, corners[0]))
}

var (
	ink   = color.NRGBA{0x33, 0x33, 0x33, 0xFF}
	faint = color.NRGBA{0xE4, 0xE4, 0xE4, 0xFF}
	grey  = color.NRGBA{0x8C, 0x8C, 0x8C, 0xFF}
)

// look is the style in which a policy is drawn. It is the same in every figure.
type look struct {
	colour color.NRGBA
	line   draw.LineStyle
	glyph  draw.GlyphStyle
}

// lookOf returns the i-th look. The first 40 looks differ in colour or dashes.
func lookOf(i int) look {
	c := palette[i%len(palette)]
	return look{
		colour: c,
		line:   draw.LineStyle{Color: c, Width: 1.4, Dashes: dashes[i/len(palette)%len(dashes)]},
		glyph:  draw.GlyphStyle{Color: c, Radius: 3.5, Shape: glyphs[(i+i/len(palette))%len(glyphs)]},
	}
}

// looksOf gives each policy a look by its name. The colour of a policy depends neither on the order
// of the policies nor on which of them were run.
//
//   - The hash of the name (FNV-1a) selects a colour of the palette. The policy gets this colour,
//     or the next free one. A colour whose hue is still unused comes first.
//   - Names get their colours in alphabetical order. Names that the scenario lists come before
//     others.
//   - After all colours are taken, all are used again with other dashes.
func looksOf(listed, others []string) map[string]look {
	looks := map[string]look{}
	var taken, hues [len(palette)]bool
	for _, names := range [][]string{listed, others} {
		for _, name := range slices.Sorted(slices.Values(names)) {
			if _, ok := looks[name]; ok {
				continue
			}
			round, before := len(looks)/len(palette), len(looks)%len(palette)
			if before == 0 {
				clear(taken[:])
				clear(hues[:])
			}
			h := fnv.New32a()
			h.Write([]byte(name))
			at := int(h.Sum32() % uint32(len(palette)))
			for taken[at] || hues[kin[at]] && before < slices.Max(kin[:])+1 {
				at = (at + 1) % len(palette)
			}
			taken[at], hues[kin[at]] = true, true
			looks[name] = lookOf(round*len(palette) + at)
		}
	}
	return looks
}

// Style is how a policy is drawn outside the figures, in the colour and dashes of the figures.
type Style struct {
	Colour color.NRGBA
	Slot   int         // the place of the colour in the palette, from 0
	Dashes []vg.Length // of its lines, in points; nil: a full line
}

// Styles returns the style of each policy.
func Styles(a *analysis.Analysis) map[string]Style { return StylesOf(a.Manifest.Listed, a.Policies) }

// StylesOf returns the style of each policy: of those that the scenario lists, and of others.
func StylesOf(listed, others []string) map[string]Style {
	styles := map[string]Style{}
	for name, l := range looksOf(listed, others) {
		styles[name] = Style{l.colour, slices.Index(palette[:], l.colour), l.line.Dashes}
	}
	return styles
}

// Palette lists the colours of policies.
func Palette() []color.NRGBA { return palette[:] }

func veil(c color.NRGBA) color.NRGBA {
	c.A = 0x30
	return c
}

// lettering returns a sans-serif text style. The size is in points.
func lettering(size vg.Length) text.Style {
	return text.Style{
		Color: ink, Font: font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size),
		XAlign: text.XLeft, YAlign: text.YBottom, Handler: plot.DefaultTextHandler,
	}
}

// newPlot returns an empty plot in the style of all figures.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.Title.TextStyle.Font, p.Title.TextStyle.Color = lettering(8.5).Font, ink
	p.Title.Padding = 3
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Padding = 0
		axis.LineStyle = draw.LineStyle{Color: grey, Width: 0.6}
		axis.Tick.LineStyle = axis.LineStyle
		axis.Tick.Length = 3
		axis.Tick.Label.Font, axis.Tick.Label.Color = lettering(8).Font, ink
		axis.Label.TextStyle.Font, axis.Label.TextStyle.Color = lettering(9).Font, ink
		axis.Label.Padding = 3
	}
	grid := plotter.NewGrid()
	grid.Vertical = draw.LineStyle{Color: faint, Width: 0.5}
	grid.Horizontal = grid.Vertical
	p.Add(grid)
	return p
}

// entry is a line of a legend.
type entry struct {
	name    string
	line    draw.LineStyle
	also    []draw.LineStyle // styles of further lines with the same entry
	fill    color.Color      // colour of a small box, instead of a line
	striped bool             // the box has stripes
	dot     draw.GlyphStyle  // a dot instead of a line or box, if it has a shape
}

const (
	legendLine   = 13 // points
	legendSample = 30
)

// legendColumns returns how many entries fit in a row, and how wide each may be.
func legendColumns(entries []entry, width vg.Length) (int, vg.Length) {
	widest := vg.Length(0)
	for _, e := range entries {
		widest = max(widest, lettering(8.5).Width(e.name))
	}
	cell := min(widest+legendSample+16, width)
	return max(1, int(width/cell)), cell
}

// legendHeight returns the height of a legend below a figure, in points.
func legendHeight(entries []entry, width vg.Length) vg.Length {
	columns, _ := legendColumns(entries, width)
	return vg.Length((len(entries)+columns-1)/columns)*legendLine + 4
}

// drawLegend draws a legend at the bottom of a canvas and returns the rest of the canvas.
func drawLegend(c draw.Canvas, entries []entry) draw.Canvas {
	width := c.Max.X - c.Min.X
	columns, cell := legendColumns(entries, width)
	height := legendHeight(entries, width)
	style := lettering(8.5)
	style.YAlign = text.YCenter
	for i, e := range entries {
		x := c.Min.X + vg.Length(i%columns)*cell
		y := c.Min.Y + height - 4 - (vg.Length(i/columns)+0.5)*legendLine
		switch {
		case e.dot.Shape != nil:
			c.DrawGlyph(e.dot, vg.Point{X: x + legendSample/2, Y: y})
		case e.fill != nil:
			fillStriped(c, e.fill, e.striped, x+6, y-3.5, x+legendSample-6, y+3.5)
		default:
			drawSample(c, append([]draw.LineStyle{e.line}, e.also...), x+2, x+legendSample-4, y)
		}
		c.FillText(style, vg.Point{X: x + legendSample, Y: y}, fit(e.name, style, cell-legendSample-4))
	}
	return draw.Crop(c, 0, 0, height+4, 0)
}

// drawSample draws the sample of a line. The sample alternates between the styles of all lines of
// its entry.
func drawSample(c draw.Canvas, styles []draw.LineStyle, from, to, y vg.Length) {
	if len(styles) == 1 {
		c.StrokeLine2(styles[0], from, y, to, y)
		return
	}
	parts := 2 * len(styles)
	for i := range parts {
		style := styles[i%len(styles)]
		style.Dashes = nil
		c.StrokeLine2(style, from+(to-from)*vg.Length(i)/vg.Length(parts), y, from+(to-from)*vg.Length(i+1)/vg.Length(parts), y)
	}
}

func box(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// twoLines breaks a name that is too wide into two lines, and shortens a line that is still too
// wide.
func twoLines(name string, style text.Style, width vg.Length) string {
	if style.Width(name) <= width {
		return name
	}
	cut := 0
	for i, r := range name {
		if strings.ContainsRune("+,( ", r) && style.Width(name[:i+1]) <= width {
			cut = i + 1
		}
	}
	if cut == 0 {
		return fit(name, style, width)
	}
	return name[:cut] + "\n" + fit(strings.TrimSpace(name[cut:]), style, width)
}

// dark darkens a colour so that text in it is legible.
func dark(c color.NRGBA) color.NRGBA {
	return color.NRGBA{uint8(int(c.R) * 6 / 10), uint8(int(c.G) * 6 / 10), uint8(int(c.B) * 6 / 10), c.A}
}

// fit shortens a text that is too wide by leaving out its middle.
func fit(name string, style text.Style, width vg.Length) string {
	if style.Width(name) <= width {
		return name
	}
	letters := []rune(name)
	for kept := len(letters) - 1; kept > 1; kept-- {
		head := (kept*2 + 2) / 3
		if short := string(letters[:head]) + "…" + string(letters[len(letters)-(kept-head):]); style.Width(short) <= width {
			return short
		}
	}
	return "…"
}

// around widens a range by a share of its length on both sides. If both ends are equal, it returns
// a range around them.
func around(low, high, share float64) (float64, float64) {
	if high > low {
		margin := (high - low) * share
		return low - margin, high + margin
	}
	margin := math.Abs(low) * 0.1
	if margin == 0 {
		margin = 1
	}
	return low - margin, high + margin
}
