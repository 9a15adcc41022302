package records

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"wavetank/workload/table"
)

// usualPatterns are known without being given: the default format of Envoy, and the combined format
// of NGINX, also with the time that a request took behind it.
var usualPatterns = []string{
	`[%START_TIME%] "%REQ(:METHOD)% %REQ(PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION%`,
	`[%START_TIME%] "%REQ(:METHOD)% %REQ(PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %DETAILS% %TERMINATION% "%FAILURE%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION%`,
	`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time`,
	`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`,
	`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`,
}

// variable matches a variable in a pattern: $name or ${name} of NGINX, or %NAME(argument):length%
// of Envoy.
var variable = regexp.MustCompile(`\$\{?([a-z][a-z0-9_]*)\}?|%([A-Z_]+)(?:\(([^)]*)\))?(?::\d+)?%`)

// Pattern is the format of the lines of an access log, as NGINX and Envoy write it in their
// configurations.
type Pattern struct {
	text  string
	lines *regexp.Regexp
	names []string
}

// ParsePattern reads a pattern. A line may have more text behind a blank at its end.
func ParsePattern(text string) (*Pattern, error) {
	p := &Pattern{text: text}
	var b strings.Builder
	b.WriteByte('^')
	end, number := 0, map[string]bool{"request_time": true, "msec": true, "duration": true, "status": true, "response_code": true}
	for _, at := range variable.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(regexp.QuoteMeta(text[end:at[0]]))
		name := ""
		if at[2] >= 0 {
			name = text[at[2]:at[3]]
		} else {
			name = strings.ToLower(text[at[4]:at[5]])
			if at[6] >= 0 && name != "start_time" {
				name += "_" + table.Plain(text[at[6]:at[7]])
			}
		}
		if p.names = append(p.names, name); number[name] {
			b.WriteString(`([0-9.]+|-)`)
		} else {
			b.WriteString(`(.*?)`)
		}
		end = at[1]
	}
	b.WriteString(regexp.QuoteMeta(text[end:]) + `(?:\s.*)?$`)
	if !p.Has("time_local", "time_iso8601", "msec", "start_time") {
		return nil, fmt.Errorf("the pattern %q has no time: want $time_local, $time_iso8601, $msec or %%START_TIME%%", text)
	}
	lines, err := regexp.Compile(b.String())
	p.lines = lines
	return p, err
}

// Has reports whether the pattern has one of several variables.
func (p *Pattern) Has(names ...string) bool {
	for _, name := range p.names {
		for _, other := range names {
			if name == other {
				return true
			}
		}
	}
	return false
}

// UsualPattern returns the known pattern that fits the first line of a file, or nil.
func UsualPattern(f table.File) (*Pattern, error) {
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text, err := table.Decompress(in)
	if err != nil || text == nil {
		return nil, err
	}
	defer text.Close()
	line, err := bufio.NewReaderSize(text, 1<<16).ReadSlice('\n')
	if err != nil && err != io.EOF {
		return nil, nil // no line of an access log is that long
	}
	for _, usual := range usualPatterns {
		p, err := ParsePattern(usual)
		if err != nil {
			return nil, err
		}
		if row, err := p.row(bytes.TrimRight(line, "\r\n")); err == nil && row != nil {
			return p, nil
		}
	}
	return nil, nil
}

// OpenLog returns the table of an access log: a row for each line, with the variables of the
// pattern as columns, and start_time. NGINX writes a line when a request has ended, so the time
// that the request took is subtracted.
func (p *Pattern) OpenLog(f table.File) table.File {
	return table.File{Name: f.Name, Open: func() (io.ReadCloser, error) {
		in, err := f.Open()
		if err != nil {
			return nil, err
		}
		text, err := table.Decompress(in)
		if err == nil && text == nil {
			text = io.NopCloser(strings.NewReader(""))
		}
		if err != nil {
			return nil, errors.Join(&table.FileError{File: f.Name, Err: err}, in.Close())
		}
		lines := bufio.NewScanner(text)
		lines.Buffer(make([]byte, 1<<16), 1<<20)
		return &logLines{pattern: p, lines: lines, faults: table.FaultyLines{File: f.Name}, closers: []io.Closer{text, in}}, nil
	}}
}

// logLines is the text of the table of an access log.
type logLines struct {
	pattern *Pattern
	lines   *bufio.Scanner
	line    int
	ready   bytes.Buffer
	faults  table.FaultyLines
	closers []io.Closer
}

// Read implements io.Reader. Lines that do not fit the pattern are told at the end.
func (l *logLines) Read(into []byte) (int, error) {
	for l.ready.Len() == 0 {
		if !l.lines.Scan() {
			if err := errors.Join(l.lines.Err(), l.faults.Err()); err != nil {
				return 0, err
			}
			return 0, io.EOF
		}
		l.line++
		line := bytes.TrimSpace(l.lines.Bytes())
		if len(line) > 0 {
			r, err := l.pattern.row(line)
			if err == nil && r == nil {
				err = fmt.Errorf("the line does not fit the pattern %s", l.pattern.text)
			}
			text, wrong := json.Marshal(r)
			if err = errors.Join(err, wrong); err != nil {
				l.faults.Add(l.line, err)
			} else {
				l.ready.Write(text)
			}
		}
		l.ready.WriteByte('\n')
	}
	return l.ready.Read(into)
}

// Close implements io.Closer.
func (l *logLines) Close() error {
	var faults []error
	for _, c := range l.closers {
		faults = append(faults, c.Close())
	}
	l.closers = nil
	return errors.Join(faults...)
}

// row returns the variables of a line, or nil if the line does not fit.
func (p *Pattern) row(line []byte) (row, error) {
	match := p.lines.FindSubmatch(line)
	if match == nil {
		return nil, nil
	}
	r := row{}
	for i, name := range p.names {
		if value := string(match[i+1]); value != "-" && value != "" {
			r[name] = value
		}
	}
	at, err := int64(0), error(nil)
	text := func(name string) []byte { s, _ := r[name].(string); return []byte(s) }
	switch {
	case p.Has("start_time"):
		at, err = table.UnitFrom("start_time", text("start_time")).Instant(text("start_time"))
	case p.Has("msec"):
		at, err = table.Seconds.Instant(text("msec"))
	case p.Has("time_iso8601"):
		at, err = table.DateTime.Instant(text("time_iso8601"))
	default:
		at, err = table.DateTime.Instant(text("time_local"))
	}
	if err == nil && !p.Has("start_time") && r["request_time"] != nil {
		var took int64
		took, err = table.Seconds.Instant(text("request_time"))
		at -= took
	}
	r["start_time"] = at
	return r, err
}
