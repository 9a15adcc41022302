package trace

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"wavetank/workload/table"
)

// inMemory returns a file with a content.
func inMemory(name string, content []byte) table.File {
	return table.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

func TestTablesOfOtherMannersAreRead(t *testing.T) {
	for _, text := range []string{
		"t,in\n0,7\n1.5,8\n",
		"t;in\n0;7\n1.5;8\n",
		"t\tin\n0\t7\n1.5\t8\n",
		"a b;t;in;\"x;y,z\"\n;0;7;\n;1.5;8;\"1;2\"\n",
		"t,in\n2024-05-10T00:00:00Z,7\n2024-05-10T00:00:01.5Z,8\n",
		"t,in\n2024-05-10 00:00:00,7\n2024-05-10 02:00:01.5+0200,8\n",
		"t;in\n2024-05-10T00:00:00,0 UTC;7\n2024-05-10T02:00:01,5 +02;8\n",
	} {
		sum, err := scan(inMemory("t.csv", []byte(text)), Columns{Time: "t", Input: "in"})
		if err != nil || sum.Requests != 2 || sum.Span != 1500*time.Millisecond {
			t.Errorf("%q: %+v, %v", text, sum, err)
		}
	}
}

func TestWhatATableLacksIsToldOnce(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprint(w, "t,in\n"+strings.Repeat("1,2\n", 9000))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	many := strings.Repeat("c,", 29) + "c"
	for content, want := range map[string]string{
		"t,t,in\n1,2,3\n":                         `t.csv:1: column "t" appears more than once`,
		"at;in\n1;2\n":                            `t.csv:1: column "t" is missing; there are at, in`,
		many + "\n":                               `t.csv:1: columns "t", "in" are missing; there are ` + strings.Repeat("c, ", 19) + "c and 10 others",
		"t,in\n2024-05-10T00:00:00Z,2\n5,1\n":     `t.csv:3: t: "5" is not a date and time, such as 2023-11-16T18:17:03Z`,
		"t,in\n1,2147483647\n":                    "t.csv:2: in: 2147483647 tokens are more than 16777216",
		string(packed.Bytes()[:packed.Len()-9]):   "t.csv:9002: the file is cut short: unexpected EOF",
		string(packed.Bytes()[:packed.Len()/2]):   "",
		"\x1f\x8b\x08no gzip at all, whatever it": "",
	} {
		_, err := scan(inMemory("t.csv", []byte(content)), Columns{Time: "t", Input: "in"})
		if err == nil || want != "" && err.Error() != want {
			t.Errorf("%.30q: %v, want %s", content, err, want)
		} else if want == "" && strings.Contains(err.Error(), "\n") {
			t.Errorf("%.30q is reported twice: %v", content, err)
		}
	}
	_, err := scan(inMemory("t.jsonl", []byte(`{"at": 1, "x": {"y": [2]}, "in": 3}`+"\n")), Columns{JSON: true, Time: "t", Input: "in"})
	if want := `t.jsonl:1: column "t" is missing; there are at, x.y, in`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if _, err = Detect(inMemory("t.csv", []byte("when;who\n"))); err == nil || !strings.Contains(err.Error(), "the columns are when, who") {
		t.Errorf("the columns of an unknown form are not told: %v", err)
	}
}
