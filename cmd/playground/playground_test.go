package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wavetank/reports/reportstest"
	"wavetank/scenarios/library"
)

// small is a scenario that is simulated in an instant.
const small = `name: small
duration: 30s
workload: [{model: resnet, slo: {latency: 100ms}, arrivals: {poisson: {rate: 20/s}}}]
fleet: [{machine: aws/g4dn.xlarge, max: 2}]
policies: [static-peak]
`

// TestThePageRunsAScenario builds the page and opens it in Chromium: it runs a scenario, shows its
// report, and names the faults of another one. The build takes minutes where nothing is cached.
func TestThePageRunsAScenario(t *testing.T) {
	if os.Getenv("PLAYGROUND") == "" {
		t.Skip("set PLAYGROUND=1 to build the page and to open it in Chromium")
	}
	options, found := reportstest.Chromium()
	if !found {
		t.Skip(reportstest.NoChromium)
	}
	folder := filepath.Join(t.TempDir(), "page")
	var told bytes.Buffer
	if err := build(t.Context(), "../..", folder, &told); err != nil {
		t.Fatal(err, &told)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer server.Close()
	allocator, stop := chromedp.NewExecAllocator(t.Context(), append(options, chromedp.WindowSize(1400, 900))...)
	defer stop()
	tab, end := chromedp.NewContext(allocator)
	defer end()
	tab, cancel := context.WithTimeout(tab, 3*time.Minute)
	defer cancel()
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(tab, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(server.URL), chromedp.WaitVisible(`#status[data-ready=true]`))
	shown := read(t, tab, chromedp.Value("#text"))
	do(chromedp.SetValue("#text", small), chromedp.Click("#run"), chromedp.WaitVisible("#report"))
	report := read(t, tab, chromedp.AttributeValue("#report", "srcdoc")).Value
	do(chromedp.Sleep(time.Second)) // the report draws itself
	picture := read(t, tab, chromedp.FullScreenshot(100))
	do(chromedp.SetValue("#text", strings.Replace(small, "duration: 30s", "durations: 30s", 1)), chromedp.Click("#run"), chromedp.WaitVisible("#faults"))
	faults := read(t, tab, chromedp.Text("#faults"))
	if keep := os.Getenv("PICTURE"); keep != "" {
		if err := os.WriteFile(keep, picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if quickstart, _ := library.Scenario("quickstart"); shown != string(quickstart) {
		t.Errorf("the first scenario is\n%s", shown)
	}
	if !strings.Contains(report, "<title>small – wavetank report") || !strings.Contains(report, "static-peak") {
		t.Errorf("the report is\n%.2000s", report)
	}
	if want := "scenario.yaml:2:1: durations: unknown key"; !strings.Contains(faults, want) {
		t.Errorf("the faults are %q, want %q", faults, want)
	}
}

// read returns what an action finds on the page.
func read[T any](t *testing.T, tab context.Context, what chromedp.Action[T]) T {
	t.Helper()
	found, err := chromedp.Run(tab, what)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestMistakesOfThePlayground(t *testing.T) {
	for args, want := range map[string]string{"more": `unknown argument "more"`, "--outt x": "outt", "--serve nowhere:x": "--serve: "} {
		var told bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), &told); code != 2 || !strings.Contains(told.String(), want) {
			t.Errorf("%s: code %d, %s", args, code, &told)
		}
	}
}

// TestAPageIsReplacedWhole: a build that fails leaves the page as it was, and nothing else.
func TestAPageIsReplacedWhole(t *testing.T) {
	parent := t.TempDir()
	out := filepath.Join(parent, "page")
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(out, "kept")
	if err := os.WriteFile(kept, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := build(t.Context(), t.TempDir(), out, io.Discard); err == nil {
		t.Error("a folder without a module is built")
	}
	if list, err := os.ReadDir(parent); err != nil || len(list) != 1 {
		t.Errorf("%v are left: %v", list, err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
	if err := replace(filepath.Join(parent, "none"), out, filepath.Join(parent, "before")); err == nil {
		t.Error("a page that is not there replaces another")
	}
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("after an error the page is gone: %v", err)
	}
	next := filepath.Join(t.TempDir(), "next")
	if err := os.MkdirAll(next, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := replace(next, out, filepath.Join(parent, "before")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept); err == nil {
		t.Error("a file of the page before is left")
	}
}
