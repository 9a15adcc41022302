package page

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"wavetank/metrics/rows"
	"wavetank/reports/store"
)

// originView is the section of where the results come from.
type originView struct {
	Policies []policyName
	Settings []settingLine
	Facts    [][2]string
	Scenario string
	Data     template.HTML
	Terms    [][2]string
	Engines  []store.EngineFigures // where step times come from
}

// settingLine is a setting in which policies differ.
type settingLine struct {
	Name   string
	Values []string // one for each policy; "–" if it does not have the setting
}

func (s *sheet) origin() template.HTML {
	v := originView{Engines: s.Manifest.Sources, Facts: s.facts(), Scenario: strings.TrimRight(s.Manifest.Resolved, "\n"), Data: s.data()}
	for _, p := range s.Policies {
		v.Policies = append(v.Policies, s.named(p))
	}
	v.Settings = settingsOf(s.Manifest.Resolved, s.Policies)
	seen := map[string]bool{}
	for _, c := range s.Columns {
		if s.Defined(c) && !seen[c.Metric] {
			seen[c.Metric] = true
			v.Terms = append(v.Terms, [2]string{s.titled(c.Metric), rows.Describe(c.Metric).About})
		}
	}
	return render("origin", v)
}

// facts lists what the results depend on.
func (s *sheet) facts() [][2]string {
	list := manifestFacts(s.Manifest, s.Conditions())
	for _, r := range s.Manifest.References {
		list = append(list, [2]string{r.Policy, fmt.Sprintf("found in %d runs: %s", r.Runs, r.Found)})
	}
	return list
}

// settingsOf lists the settings of a resolved scenario that have different values under different
// policies. A parameter that only some levers have is listed if these have different values. The
// list is empty if the scenario cannot be read.
func settingsOf(resolved string, policies []string) (list []settingLine) {
	var file struct {
		Policies []map[string]any `yaml:"policies"`
	}
	if yaml.Unmarshal([]byte(resolved), &file) != nil {
		return nil
	}
	of := map[string]map[string]string{}
	var names []string
	for _, p := range file.Policies {
		flat := map[string]string{}
		for lever, value := range p {
			if lever != "name" {
				flatten(flat, lever, value)
			}
		}
		of[fmt.Sprint(p["name"])] = flat
		for name := range flat {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	sort.Strings(names)
	for _, name := range names {
		line := settingLine{Name: name}
		values := map[string]bool{}
		for _, p := range policies {
			value, has := of[p][name]
			if has || !strings.Contains(name, ".") {
				values[value] = true
			}
			switch {
			case has:
			case strings.Contains(name, "."):
				value = "–"
			default:
				value = "default"
			}
			line.Values = append(line.Values, value)
		}
		if len(values) > 1 {
			list = append(list, line)
		}
	}
	return list
}

// flatten lists the settings below a key. A lever or a part of one is written as "kind:
// {parameters}": the kind becomes the value of the key, and the parameters follow below the key.
func flatten(into map[string]string, key string, value any) {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 1 {
			for kind, parameters := range v {
				if of, deep := parameters.(map[string]any); deep {
					into[key] = kind
					v = of
				}
			}
		}
		for name, one := range v {
			flatten(into, key+"."+name, one)
		}
	case []any:
		if len(v) > 0 {
			if _, deep := v[0].(map[string]any); deep {
				for i, one := range v {
					flatten(into, fmt.Sprintf("%s.%d", key, i+1), one)
				}
				return
			}
		}
		into[key] = strings.Trim(fmt.Sprint(v), "[]")
	default:
		if v != nil {
			into[key] = fmt.Sprint(v)
		}
	}
}

// data returns the numbers of the page as JSON: for each scope and metric its unit and, for each
// policy, the mean, the ends of its interval, the difference from the baseline, and the ends of the
// interval of the difference. Unknown numbers are null.
func (s *sheet) data() template.HTML {
	var b strings.Builder
	name := func(text string) string {
		quoted, err := json.Marshal(text)
		if err != nil {
			panic(err) // a text always has a JSON form
		}
		return string(quoted) // with <, > and & escaped
	}
	fmt.Fprintf(&b, `<script type="application/json" id="data">{"policies":[`)
	for i, p := range s.Policies {
		b.WriteString(strings.Repeat(",", min(i, 1)) + name(p))
	}
	b.WriteString(`],"columns":["mean","low","high","difference","difference_low","difference_high"],"metrics":[`)
	for i, at := range s.Columns {
		_, unit := s.intervals(at)
		fmt.Fprintf(&b, "%s\n{\"scope\":%s,\"metric\":%s,\"unit\":%s,\"values\":[", strings.Repeat(",", min(i, 1)), name(at.Scope), name(at.Metric), name(unit))
		for j, p := range s.Policies {
			b.WriteString(strings.Repeat(",", min(j, 1)))
			c := s.At(p, at)
			if c == nil {
				b.WriteString("null")
				continue
			}
			numbers := []float64{c.Value.Mean, c.Value.Low, c.Value.High, c.Difference.Mean, c.Difference.Low, c.Difference.High}
			if math.IsNaN(c.Difference.Mean) {
				numbers = numbers[:3]
			}
			for k, v := range numbers {
				b.WriteString(map[bool]string{true: "[", false: ","}[k == 0])
				if finite(v) {
					b.WriteString(strconv.FormatFloat(v, 'g', 5, 64))
				} else {
					b.WriteString("null")
				}
			}
			b.WriteByte(']')
		}
		b.WriteString("]}")
	}
	b.WriteString("]}</script>")
	return template.HTML(b.String())
}
