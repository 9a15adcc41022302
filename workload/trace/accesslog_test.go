package trace

import (
	"testing"
	"time"
)

func TestAccessLogsAreRead(t *testing.T) {
	const envoyed = `[2026-03-02T09:00:00.000Z] "POST /v1/x HTTP/1.1" 200 - 1855 49 669 668 "-" "ua"
[2026-03-02T09:00:01.000Z] "POST /v1/x HTTP/1.1" 503 UF 1855 49 669 668 "-" "ua"

[2026-03-02T09:00:02.500Z] "POST /v1/x HTTP/1.1" 200 - 277 53 679 678 "-" "ua"
`
	const combined = `10.0.0.1 - - [02/Mar/2026:09:00:01 +0000] "POST /v1/x HTTP/1.1" 200 49 "-" "curl/8"
10.0.0.2 - - [02/Mar/2026:09:00:03 +0000] "POST /v1/x HTTP/1.1" 200 53 "-" "curl/8"
`
	for name, c := range map[string]struct {
		text    string
		pattern string
		left    int64
		span    time.Duration
	}{
		"envoy":    {envoyed, "", 1, 2500 * time.Millisecond},
		"combined": {combined, "", 0, 2 * time.Second},
		"given":    {"1772442001.500|1.5|POST /x\n1772442001.250|0.25|GET /y\n", "$msec|$request_time|$request", 0, time.Second},
	} {
		f := inMemory("x.log", []byte(c.text))
		if form, err := Detect(f); c.pattern == "" && (err != nil || form != "access-log") {
			t.Errorf("%s is taken for %s: %v", name, form, err)
		}
		sum, err := scan(f, AccessLog{c.pattern})
		if err != nil || sum.Requests != 2 || sum.LeftOut != c.left || sum.Span != c.span {
			t.Errorf("%s: %+v %v", name, sum, err)
		}
	}
	mentions(t, second(scan(inMemory("x.log", []byte("a b c\n")), AccessLog{})), "x.log: its lines are of none of the usual formats", "--pattern")
	mentions(t, second(scan(inMemory("x.log", []byte("a b c\n")), AccessLog{"$request $status"})), "has no time: want $time_local")
	mentions(t, second(scan(inMemory("x.log", []byte("1.5|x\nnot\n2|y\nnor\n")), AccessLog{"$msec|$request"})), "x.log:2: the line does not fit the pattern $msec|$request", "x.log:4: ")
}
