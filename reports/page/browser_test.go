package page

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// browser opens a page in headless Chromium. Tests skip where there is none.
type browser struct {
	context.Context
	t *testing.T

	mu       sync.Mutex
	requests []string // all but that of the page itself
	messages []string // of the console, and exceptions
}

// chromium starts the browser of all tests. It is nil where none is installed. TestMain ends it.
var chromium = sync.OnceValues(func() (context.Context, context.CancelFunc) {
	options, found := reportstest.Chromium()
	if !found {
		return nil, nil
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	first, end := chromedp.NewContext(allocator)
	return first, func() { end(); stop() }
})

// started is set when a test has started the browser.
var started bool

func TestMain(m *testing.M) {
	code := m.Run()
	if started {
		_, stop := chromium()
		stop()
	}
	os.Exit(code)
}

// open opens the page of the results of a run.
func open(t *testing.T, r store.Archive, width int64, scheme string, script bool) *browser {
	t.Helper()
	return openPage(t, built(t, r), width, scheme, script)
}

// openPage writes a page to a file and opens it in a tab of the given width.
func openPage(t *testing.T, html string, width int64, scheme string, script bool) *browser {
	t.Helper()
	first, _ := chromium()
	if first == nil {
		t.Skip(reportstest.NoChromium)
	}
	if !started {
		started = true
		if err := chromedp.Do(first); err != nil { // the browser starts with its first tab
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(html), 0o644); err != nil {
		t.Fatal(err)
	}
	// each tab has a storage of its own
	ctx, stop := chromedp.NewContext(first, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stop)
	b := &browser{Context: ctx, t: t}
	b.do(chromedp.EmulateViewport(width, 900))
	b.media(scheme, "")
	if !script {
		call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	call(b, network.Enable, network.EnableParams{})
	address := "file://" + file
	requests, console := chromedp.Events(ctx, network.RequestWillBeSent), chromedp.Console(ctx)
	go func() {
		for e, err := range requests {
			if err != nil {
				return
			}
			if !strings.HasPrefix(e.Request.URL, address) && !strings.HasPrefix(e.Request.URL, "data:") {
				b.note(&b.requests, e.Request.URL)
			}
		}
	}()
	go func() {
		for e, err := range console {
			if err != nil {
				return
			}
			b.note(&b.messages, e.Text)
		}
	}()
	b.do(chromedp.Navigate(address))
	return b
}

func (b *browser) note(list *[]string, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*list = append(*list, text)
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// media sets the preferred colours, and a medium such as "print".
func (b *browser) media(scheme, medium string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// call sends a command to the browser.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// eval returns the value of an expression in the page.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// expect checks the value of an expression.
func expect[T comparable](b *browser, want T, expression string) {
	b.t.Helper()
	if got := eval[T](b, expression); got != want {
		b.t.Errorf("%s: got %v, want %v", expression, got, want)
	}
}

// quiet checks that the page has loaded nothing and written nothing to the console.
func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.requests {
		b.t.Errorf("the page loads %s", r)
	}
	for _, m := range b.messages {
		b.t.Errorf("console: %s", m)
	}
}

func TestABrowserSortsHidesAndZooms(t *testing.T) {
	b := open(t, full(), 1440, "light", true)
	column := `[...document.querySelectorAll('#matrix tbody tr')].map(r => parseFloat(r.cells[r.cells.length-3].dataset.v)).join(' ')`
	sorted := func(sign string) string {
		return `(l => l.every((v, i) => !i || ` + sign + `(v - l[i-1]) >= 0))(` + column + `.split(' ').map(Number))`
	}
	before := eval[string](b, column)
	heading := `document.querySelector('#matrix thead tr').cells[document.querySelector('#matrix thead tr').cells.length-3]`
	for _, step := range []struct{ sign, state string }{{"+", "ascending"}, {"-", "descending"}} {
		b.do(chromedp.Evaluate[chromedp.Void](heading + `.querySelector('button').click()`))
		expect(b, true, sorted(step.sign))
		expect(b, step.state, heading+`.getAttribute('aria-sort')`)
	}
	b.do(chromedp.Evaluate[chromedp.Void](heading + `.querySelector('button').click()`))
	expect(b, before, column)

	shown := `[...document.querySelectorAll('.dot.q1, .line.q1, tr.q1')].filter(e => !e.closest('.policy') && e.checkVisibility()).length`
	if eval[int](b, shown) == 0 {
		t.Error("the second policy is not shown")
	}
	b.do(chromedp.Click(`.policy[data-q="1"]`))
	expect(b, 0, shown)
	expect(b, "false", `document.querySelector('.policy.q1').getAttribute('aria-pressed')`)
	b.do(chromedp.Click(`.policy[data-q="1"]`))
	if eval[int](b, shown) == 0 {
		t.Error("the second policy is not shown again")
	}

	boxes := `[...new Set([...document.querySelectorAll('#courses svg.zooms')].map(s => s.getAttribute('viewBox').split(' ')[2] / s.dataset.w))].join(' ')`
	expect(b, "1", boxes)
	b.do(chromedp.Click(`[data-zoom="in"]`))
	expect(b, "0.5", boxes)
	expect(b, "30 to 90 min", `document.getElementById('shown').textContent`)
	b.do(chromedp.Click(`[data-zoom="all"]`))
	expect(b, "1", boxes)
	// a link to a bad time
	b.do(chromedp.Click(`#missed a[data-zoom]`))
	if share := eval[float64](b, "Number("+boxes+")"); share <= 0 || share >= 1 {
		t.Errorf("a link to a bad time shows %v of the run", share)
	}
	b.do(chromedp.Click(`[data-zoom="all"]`))
	// a drag over the middle third of a chart
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.course').scrollIntoView({block: 'center'})`))
	place := eval[[]float64](b, `(r => [r.left, r.top + r.height / 2, r.width])(document.querySelector('.course .plot').getBoundingClientRect())`)
	b.do(chromedp.DragAndDropXY(place[0]+place[2]/3, place[1], place[0]+place[2]*2/3, place[1]))
	if share := eval[float64](b, "Number("+boxes+")"); share < 0.3 || share > 0.36 {
		t.Errorf("a drag over a third of a chart shows %v of the run", share)
	}
	b.quiet()
}

func TestABrowserUsesTheKeyboard(t *testing.T) {
	b := open(t, full(), 1440, "light", true)
	b.do(chromedp.Focus("#plane-0"), chromedp.KeyEvent("\u0303")) // arrow right
	expect(b, "false true", `[...document.querySelectorAll('#cost .panel')].slice(0, 2).map(p => p.checkVisibility()).join(' ')`)
	b.quiet()
	for _, html := range pages(t) {
		b := openPage(t, html, 1440, "light", true)
		expect(b, 0, `[...document.querySelectorAll('[role=img],[role=region]')].filter(e => !e.getAttribute('aria-label')).length`)
		expect(b, 0, `[...document.querySelectorAll('button,a')].filter(e => !e.textContent.trim() && !e.getAttribute('aria-label')).length`)
		expect(b, 0, `[...document.querySelectorAll('.scroll')].filter(e => e.tabIndex !== 0).length`)
		expect(b, 0, `document.querySelectorAll('[id]').length - new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size`)
		expect(b, 0, `[...document.querySelectorAll('a[href^="#"]')].filter(a => !document.getElementById(a.hash.slice(1))).length`)
		b.quiet()
	}
}

func TestABrowserChoosesPointsOfASweep(t *testing.T) {
	b := openPage(t, pages(t)["sweep"], 1440, "light", true)
	shown := `[...document.querySelectorAll('#all-points tbody tr')].filter(e => e.checkVisibility()).length`
	all := eval[int](b, shown)
	if all != 12 {
		t.Fatalf("%d points, want 12", all)
	}
	choose := func(value string) {
		b.do(chromedp.Evaluate[chromedp.Void](`(s => { s.value = '` + value + `'; s.dispatchEvent(new Event('change')); })(document.querySelector('[data-of] select'))`))
	}
	choose("4")
	expect(b, 4, shown)
	expect(b, "4", `[...new Set([...document.querySelectorAll('#all-points tbody tr')].filter(e => e.checkVisibility()).map(e => e.cells[1].textContent))].join(' ')`)
	choose("")
	expect(b, all, shown)
	b.do(chromedp.Click(`.policy[data-q="1"]`))
	expect(b, all/2, shown)
	numbers := `[...document.querySelectorAll('#all-points tbody tr')].map(e => Number(e.cells[1].textContent))`
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('#all-points thead th')[1].querySelector('button').click()`))
	expect(b, true, `(l => l.every((v, i) => !i || v >= l[i-1]))(`+numbers+`)`)
	b.quiet()
}

func TestABrowserChangesTheThemeAndPrints(t *testing.T) {
	b := open(t, full(), 1440, "light", true)
	back := `getComputedStyle(document.body).backgroundColor`
	light := eval[string](b, back)
	b.do(chromedp.Click("#theme"))
	dark := eval[string](b, back)
	if light == dark {
		t.Error("the button does not change the theme")
	}
	b.media("dark", "")
	expect(b, dark, back)
	b.do(chromedp.Click("#theme"))
	expect(b, light, back)
	b.do(chromedp.Click("#theme"))
	b.media("dark", "print")
	expect(b, light, back) // paper is white
	expect(b, false, `document.querySelector('#theme').checkVisibility()`)
	pdf, err := chromedp.Run(b, chromedp.PrintToPDF())
	if err != nil || len(pdf) < 10000 {
		t.Errorf("print: %d bytes, %v", len(pdf), err)
	}
	b.quiet()
}

func TestTheFirstViewNeedsNoScript(t *testing.T) {
	b := open(t, full(), 1440, "light", false)
	expect(b, 0, `document.querySelectorAll('html.js').length`)
	expect(b, true, `document.querySelectorAll('h2').length > 6`)
	expect(b, 0, `[...document.querySelectorAll('.needs-script')].filter(e => e.checkVisibility()).length`)
	for _, id := range []string{"cost", "time", "tails"} {
		expect(b, true, `document.querySelector('#`+id+` .panel .plot').checkVisibility()`)
	}
	b.quiet()
	for name, html := range pages(t) {
		b := openPage(t, html, 1440, "light", false)
		expect(b, 0, `[...document.querySelectorAll('.needs-script')].filter(e => e.checkVisibility()).length`)
		if eval[int](b, `[...document.querySelectorAll('table tbody tr, .plot')].filter(e => e.checkVisibility()).length`) < 5 {
			t.Errorf("%s: hardly anything is shown without a script", name)
		}
		b.quiet()
	}
}

// TestNoScreenIsTooNarrow checks that pages fit into windows of all widths.
func TestNoScreenIsTooNarrow(t *testing.T) {
	for name, html := range pages(t) {
		b := openPage(t, html, 360, "light", true)
		for _, width := range []int64{360, 390, 768, 1024, 1440, 1920} {
			b.do(chromedp.EmulateViewport(width, 900))
			if over := eval[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				wide := eval[string](b, `[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll,pre,.legend,nav')).slice(0, 3).map(e => e.tagName + '.' + e.className).join(', ')`)
				t.Errorf("%s, %d pixels: the page is %d pixels too wide: %s", name, width, over, wide)
			}
		}
		b.quiet()
	}
}

// contrast returns the texts whose contrast is below that of WCAG 2.1, level AA: 4.5, or 3 for
// large text.
const contrast = `(() => {
  const parse = c => c.startsWith('color(srgb') ? c.match(/[\d.]+/g).slice(0, 3).map(v => 255 * v).concat(1) : (m => m ? [+m[0], +m[1], +m[2], m[3] === undefined ? 1 : +m[3]] : [0, 0, 0, 0])(c.match(/[\d.]+/g));
  const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const light = c => [0.2126, 0.7152, 0.0722].reduce((sum, k, i) => sum + k * (v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)(c[i] / 255), 0);
  const bad = new Set();
  document.querySelectorAll('details').forEach(e => e.open = true);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility() || e.closest('script,style,svg,.hide,.skip')) continue;
    const style = getComputedStyle(e);
    let layers = [], faint = 1;
    for (let a = e; a; a = a.parentElement) { const s = getComputedStyle(a); layers.push(parse(s.backgroundColor)); faint *= +s.opacity; }
    let back = [255, 255, 255, 1];
    for (const layer of layers.reverse()) back = over(layer, back);
    const ink = parse(style.color);
    ink[3] *= faint;
    const x = light(over(ink, back)), y = light(back), ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && +style.fontWeight >= 700;
    if (ratio < (large ? 3 : 4.5)) bad.add(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2) + ' ' + walker.currentNode.data.trim().slice(0, 20));
  }
  return [...bad].slice(0, 8).join('; ');
})()`

func TestTextHasContrast(t *testing.T) {
	for name, html := range pages(t) {
		b := openPage(t, html, 1440, "light", true)
		backgrounds := map[string]bool{}
		for _, scheme := range []string{"light", "dark"} {
			b.media(scheme, "")
			backgrounds[eval[string](b, `getComputedStyle(document.body).backgroundColor`)] = true
			if faint := eval[string](b, contrast); faint != "" {
				t.Errorf("%s, %s: %s", name, scheme, faint)
			}
		}
		if len(backgrounds) != 2 {
			t.Errorf("%s: the page has one theme only", name)
		}
		b.quiet()
	}
}
