package measured

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"wavetank/workload/table"
)

// stageFile matches the names of the files in which inference-perf writes the measurements of one
// stage.
var stageFile = regexp.MustCompile(`^stage_(\d+)_lifecycle_metrics\.json$`)

// IsReport reports whether ReadReports can read a path: a folder, or a file whose name ends in
// .json or .jsonl.
func IsReport(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || slices.Contains([]string{".json", ".jsonl"}, filepath.Ext(path))
}

// ReadReports reads points that load generators wrote as JSON, from a file or a folder:
//   - the stages of inference-perf (stage_N_lifecycle_metrics.json), in the order of their numbers
//   - the results of the serving benchmarks of vLLM and SGLang, sorted by load
//
// The client has at most limit requests in flight. If limit is 0, the limit in the configuration
// next to the files of stages is used. Without a configuration, there is no limit.
func ReadReports(path string, limit int) ([]LoadPoint, error) {
	files := []string{path}
	if info, err := table.Stat(path); err != nil {
		return nil, err
	} else if info.IsDir() {
		if files, err = reportsIn(path); err != nil {
			return nil, err
		}
	}
	var stages, results []LoadPoint
	var faults []error
	for _, file := range files {
		text, err := table.ReadFile(file, table.Largest)
		if err != nil {
			return nil, err
		}
		list, err := documents(file, text)
		faults = append(faults, err)
		for _, d := range list {
			switch {
			case d.has("successes") && d.has("load_summary"):
				p := d.stagePoint()
				config := generatorOf(filepath.Join(filepath.Dir(file), "config.yaml"))
				p.InFlight = cmp.Or(limit, max(0, config.Load.Workers*config.Load.Each))
				p.Groups, p.Shared = config.groups()
				stages = append(stages, p)
			case d.has("mean_ttft_ms"):
				results = append(results, d.benchmarkPoint(limit))
			case len(files) == 1:
				d.fault("JSON", "is neither of a stage of inference-perf nor the result of a serving benchmark (mean_ttft_ms)")
			}
			faults = append(faults, d.faults...)
		}
	}
	slices.SortStableFunc(results, func(a, b LoadPoint) int { return cmp.Compare(a.load(), b.load()) })
	list := slices.Concat(stages, results)
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: there are no measurements: want stage_0_lifecycle_metrics.json and so on, or results of a serving benchmark", path)
	}
	for i := range list {
		faults = append(faults, list[i].check())
	}
	return list, errors.Join(faults...)
}

// load returns a key for sorting: points with clients come first, sorted by their number, then
// points with rates.
func (p *LoadPoint) load() float64 {
	if p.Clients > 0 {
		return float64(p.Clients)
	}
	return 1e9 + p.Rate
}

// reportsIn lists the files of a folder that may hold points: the stages, sorted by number, or all
// JSON files if there are no stages.
func reportsIn(folder string) (files []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	number := map[string]int{}
	var others []string
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if m := stageFile.FindStringSubmatch(e.Name()); m != nil {
			number[path], _ = strconv.Atoi(m[1])
			files = append(files, path)
		} else if !e.IsDir() && IsReport(path) {
			others = append(others, path)
		}
	}
	if len(files) == 0 {
		return others, nil
	}
	slices.SortFunc(files, func(a, b string) int { return number[a] - number[b] })
	return files, nil
}

// generator is the part of inference-perf's configuration that says how requests were made.
type generator struct {
	Load struct {
		Workers int `yaml:"num_workers"`
		Each    int `yaml:"worker_max_concurrency"`
	} `yaml:"load"`
	Data struct {
		Type   string `yaml:"type"`
		Shared struct {
			Groups int `yaml:"num_groups"`
			System int `yaml:"system_prompt_len"`
		} `yaml:"shared_prefix"`
	} `yaml:"data"`
}

// generatorOf reads the configuration of inference-perf. It is empty if there is none, or if it
// cannot be read.
func generatorOf(path string) (c generator) {
	text, err := table.ReadFile(path, table.Largest)
	if err != nil || yaml.Unmarshal(text, &c) != nil {
		return generator{}
	}
	return c
}

// groups returns the number of groups of prompts that begin alike, and with how many tokens. Both
// are 0 if prompts share nothing.
func (c *generator) groups() (groups, tokens int) {
	if c.Data.Type != "shared_prefix" || c.Data.Shared.Groups < 1 || c.Data.Shared.System < 1 {
		return 0, 0
	}
	return c.Data.Shared.Groups, min(c.Data.Shared.System, 1<<30)
}

// stagePoint returns the point of a stage of inference-perf. A load of the type "constant" has
// exponential intervals, scaled to fill the stage (inference_perf/loadgen/load_timer.py).
func (d *document) stagePoint() LoadPoint {
	p := LoadPoint{
		Name: d.name, Random: true, Requests: int(min(d.number(1, "load_summary.count"), 1e6)),
		Input:      d.lengths("successes.prompt_tokens", "successes.prompt_len"),
		Output:     d.lengths("successes.output_tokens", "successes.output_len"),
		TTFT:       d.number(0, "successes.latency.time_to_first_token.mean"),
		E2E:        d.number(0, "successes.latency.request_latency.mean"),
		Throughput: d.number(0, "successes.throughput.requests_per_sec"),
	}
	if d.has("failures.count") {
		p.Failed = d.number(0, "failures.count") / float64(max(1, p.Requests))
	}
	switch {
	case d.has("load_summary.concurrency"):
		p.Clients = int(min(d.number(1, "load_summary.concurrency"), 1e6))
	case strings.HasPrefix(filepath.Base(d.name), "summary_"):
		d.fault("load_summary", "sums up all stages: name the folder of the stages, or the file of one stage")
	default:
		p.Rate = d.number(1e-9, "load_summary.requested_rate")
	}
	return p
}

// lengths returns the summary at the first of two paths that has one.
func (d *document) lengths(paths ...string) (l LengthSummary) {
	path := paths[1]
	if d.has(paths[0] + ".mean") {
		path = paths[0]
	}
	l.Mean = d.number(1, path+".mean")
	fields, _ := d.value(path).(map[string]any)
	quantiles := map[float64]float64{}
	for key, value := range fields {
		share, err := strconv.ParseFloat(strings.TrimPrefix(key, "p"), 64)
		switch key {
		case "min":
			share, err = 0, nil
		case "median":
			share, err = 50, nil
		case "max":
			share, err = 100, nil
		}
		if v, ok := value.(float64); ok && err == nil && share >= 0 && share <= 100 {
			quantiles[share/100] = v
		}
	}
	for share := range quantiles {
		l.Shares = append(l.Shares, share)
	}
	slices.Sort(l.Shares)
	for _, share := range l.Shares {
		l.Tokens = append(l.Tokens, quantiles[share])
	}
	return l
}

// benchmarkPoint returns the point of a serving benchmark of vLLM (vllm bench serve) or SGLang. Its
// intervals are gamma distributed, and the burstiness is the shape parameter. A large shape makes
// all intervals equal.
func (d *document) benchmarkPoint(limit int) LoadPoint {
	n := d.number(1, "completed")
	p := LoadPoint{
		Name: d.name, Requests: int(min(n, 1e6)),
		Input:  d.lengthsOrMean("input_lens", d.number(1, "total_input_tokens")/n),
		Output: d.lengthsOrMean("output_lens", d.number(1, "total_output_tokens")/n),
		TTFT:   d.number(0, "mean_ttft_ms") / 1e3,
	}
	if e2e := []string{"mean_e2el_ms", "mean_e2e_latency_ms"}; slices.ContainsFunc(e2e, d.has) {
		p.E2E = d.number(0, e2e...) / 1e3
	} else {
		p.E2E = p.TTFT + d.number(0, "mean_tpot_ms")/1e3*math.Max(0, p.Output.Mean-1)
	}
	if d.has("failed") {
		lost := d.number(0, "failed")
		p.Failed = lost / max(1, lost+n)
	}
	if d.has("burstiness") {
		p.Burstiness = d.number(0, "burstiness")
	}
	if d.has("request_throughput") {
		p.Throughput = d.number(0, "request_throughput")
	}
	most := limit
	if d.has("max_concurrency") {
		most = int(min(d.number(1, "max_concurrency"), 1e6))
	}
	rate, finite := d.value("request_rate").(float64)
	switch {
	case finite && rate > 0 && rate < 1e9:
		p.Rate, p.InFlight = rate, most
		p.Random = !d.has("burstiness") || d.number(0, "burstiness") < 100
	case most > 0:
		p.Clients = most
	default: // all requests are sent at once
		p.Clients = p.Requests
	}
	return p
}

// lengthsOrMean returns the summary of the list at a path. If there is no list, it returns a
// summary with only the mean.
func (d *document) lengthsOrMean(path string, mean float64) LengthSummary {
	list := d.numbers(path)
	if len(list) == 0 {
		return LengthSummary{Mean: mean}
	}
	slices.Sort(list)
	l := LengthSummary{}
	for i, v := range list {
		l.Mean += v / float64(len(list))
		l.Shares, l.Tokens = append(l.Shares, (float64(i)+0.5)/float64(len(list))), append(l.Tokens, v)
	}
	return l
}
