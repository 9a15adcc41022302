package rows

import (
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
