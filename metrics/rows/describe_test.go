package rows

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestDescribe(t *testing.T) {
	if got := Describe("unheard-of"); got != (Info{Title: "unheard-of"}) {
		t.Errorf("unknown metric: %+v", got)
	}
	for name, info := range infos {
		if info.Title == "" || !strings.HasSuffix(info.About, ".") {
			t.Errorf("%s: %+v", name, info)
		}
	}
}

// TestEveryMetricIsDocumented looks for each metric in docs/metrics.md, in code quotes. It looks
// for the name or, for means and percentiles, for the name of the quantity, as in `ttft_…`.
func TestEveryMetricIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	ending := regexp.MustCompile(`_(mean|p[0-9]+)$`)
	for name := range infos {
		family := "`" + ending.ReplaceAllString(name, "_") + "…`"
		if !strings.Contains(string(page), "`"+name+"`") && !strings.Contains(string(page), family) {
			t.Errorf("docs/metrics.md does not mention `%s`: add a line to its tables", name)
		}
	}
}
