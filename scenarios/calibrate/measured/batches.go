package measured

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wavetank/workload/table"
)

// BatchRun is a measured run of batches of one size.
type BatchRun struct {
	Name       string  // file and line
	Size       int     // items of a batch
	Latency    float64 // mean seconds for which a batch is in service
	Elsewhere  float64 // further mean seconds of a request: client, network and queue; 0: unknown
	InFlight   int     // batches that clients keep in flight; 0: unknown
	Throughput float64 // items per second; 0: unknown
	Instances  int     // batches that the server works on at a time
	Failed     float64 // share of the requests that failed
	Compute    bool    // Latency was measured in the server, behind its queue
}

// The names of the columns of batches. The first one that a table has counts.
var (
	batchSizes     = []string{"batch", "batch_size", "batchsize", "bs", "client_batch_size", "infer_batch_size", "size"}
	batchLatencies = []string{"latency", "latency_mean", "mean_latency", "latency_avg", "avg_latency", "average_latency", "mean", "time", "duration", "infer_step_time", "latency_p50", "p50_latency", "p50", "median"}
	batchClients   = []string{"concurrency", "clients", "in_flight"}
	batchFailures  = []string{"failed", "failures", "failed_requests", "errors"}
	batchInstances = []string{"instances", "instance_count", "slots"}
	// columns with several values mean that the runs are not of one model on one device
	batchOrigins = []string{"model", "model_name", "network", "device", "gpu", "precision", "backend"}
)

// largestBatch is the most items of a batch of a latency table.
const largestBatch = 1 << 16

// ReadBatches reads runs of batches from a table, one from each row: what Triton's perf_analyzer
// wrote, or these columns; some may also have other names:
//   - batch, and latency, with a unit
//   - concurrency, instances, requests, failed: optional
//
// perf_analyzer writes no sizes of batches. Without a column, the name of the file gives the size.
func ReadBatches(t *table.Table) ([]BatchRun, error) {
	perf := isPerfAnalyzer(t)
	sizes, e1 := batchSizesOf(t, perf)
	clients, e2 := t.Numbers(1, batchClients...)
	instances, e3 := t.Numbers(1, batchInstances...)
	requests, e4 := t.Numbers(1, "requests", "request_count", "count")
	lost, e5 := t.Numbers(0, batchFailures...)
	e6 := oneOrigin(t)
	list := make([]BatchRun, t.Len())
	e7 := readLatencies(t, perf, list)
	if lost != nil && requests == nil && slices.Max(append(lost, 0)) > 0 {
		e7 = errors.Join(e7, t.Missing("requests"))
	}
	if err := table.Join(e1, e2, e3, e4, e5, e6, e7); err != nil {
		return nil, err
	}
	var faults []error
	for i := range list {
		r := &list[i]
		r.Name, r.Size, r.Instances = fmt.Sprintf("%s:%d", t.Name, t.Line(i)), int(sizes[i]), 1
		if clients != nil {
			r.InFlight = int(min(clients[i], 1e6))
		}
		if instances != nil {
			r.Instances = int(min(instances[i], 1e6))
		}
		if lost != nil && requests != nil {
			if r.Failed = lost[i] / requests[i]; r.Failed > 1 {
				column, _ := t.Find(batchFailures...)
				faults = append(faults, t.Fault(i, column, "%v of %v requests failed", lost[i], requests[i]))
			}
		}
		if perf {
			faults = append(faults, r.checkSize(t, i))
		}
	}
	return list, table.Join(faults...)
}

// isPerfAnalyzer reports whether perf_analyzer wrote a table. It writes times in microseconds
// (report_writer.cc of triton-inference-server/client).
func isPerfAnalyzer(t *table.Table) bool { return t.Has("Inferences/Second") && t.Has("Client Send") }

// sizeInName matches the size of a batch in the name of a file, as in run_b8.csv or bs-16.csv.
var sizeInName = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:b|bs|batch|batch[-_ ]?size)[-_= ]?([0-9]+)(?:[^0-9]|$)`)

// batchSizesOf returns the size of the batches of each row.
func batchSizesOf(t *table.Table, perf bool) ([]float64, error) {
	column, _ := t.Find(batchSizes...)
	if column == "" && perf {
		m := sizeInName.FindStringSubmatch(filepath.Base(t.Name))
		if m == nil {
			return nil, &table.FileError{File: t.Name, Err: errors.New("perf_analyzer does not write the size of a batch: name it in the name of the file, as in resnet_b8.csv, or give it: --value batch=8")}
		}
		size, err := strconv.Atoi(m[1])
		if err != nil || size < 1 || size > largestBatch {
			return nil, &table.FileError{File: t.Name, Err: fmt.Errorf("the size %s of a batch, from the name of the file, is not between 1 and %d", m[1], largestBatch)}
		}
		return slices.Repeat([]float64{float64(size)}, t.Len()), nil
	}
	sizes, err := t.Needed(1, batchSizes...)
	faults := []error{err}
	for i, n := range sizes {
		if n != math.Trunc(n) || n > largestBatch {
			faults = append(faults, t.Fault(i, column, "%v is not a whole number between 1 and %d", n, largestBatch))
		}
	}
	return sizes, table.Join(faults...)
}

// oneOrigin reports columns that say that the rows are of several models or devices.
func oneOrigin(t *table.Table) error {
	var faults []error
	for _, name := range batchOrigins {
		column, _ := t.Find(name)
		if column == "" {
			continue
		}
		var values []string
		for i := range t.Len() {
			if v := t.Text(i, column); !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		if len(values) > 1 {
			faults = append(faults, &table.FileError{File: t.Name, Err: fmt.Errorf("a latency is that of one model on one device, but %s has %d values; choose one with --where %s=…: %s", column, len(values), column, table.Listed(values))})
		}
	}
	return table.Join(faults...)
}

// readLatencies reads the times of all rows.
func readLatencies(t *table.Table, perf bool, list []BatchRun) error {
	if perf {
		return readPerfAnalyzer(t, list)
	}
	column, _ := t.Find(batchLatencies...)
	if column == "" {
		return t.Missing(batchLatencies...)
	}
	spans, err := t.Spans(batchLatencies...)
	faults := []error{err}
	_, _, unit := table.UnitOf(column)
	for i := range t.Len() {
		if _, err := table.ParseNumber([]byte(strings.TrimSpace(t.Text(i, column)))); err == nil && !unit {
			faults = append(faults, t.Fault(i, column, "the number has no unit of time; give it: --column latency=%s:ms", column))
			break // it is the same for all rows
		}
	}
	for i, s := range spans {
		if !(s > 0) {
			faults = append(faults, t.Fault(i, column, "a batch cannot take no time"))
		}
		list[i].Latency = s
	}
	return table.Join(faults...)
}

// readPerfAnalyzer reads the times and throughputs that perf_analyzer wrote. A batch is in service
// while the server computes: it copies inputs, infers and copies outputs. Without the columns of
// the server, the latency is that of the client.
func readPerfAnalyzer(t *table.Table, list []BatchRun) error {
	const micro = 1e-6
	if !t.Has("Concurrency") {
		return &table.FileError{File: t.Name, Line: 1, Bad: 1, Err: errors.New("requests at a rate may share a batch, and the file does not say how many do: measure with --concurrency-range 1")}
	}
	server := []string{"Server Compute Input", "Server Compute Infer", "Server Compute Output"}
	service, outside := server, []string{"Client Send", "Client Recv", "Network+Server Send/Recv", "Server Queue"}
	if !t.Has(server[1]) {
		service, outside = []string{"Avg latency"}, nil
		if !t.Has("Avg latency") {
			service = []string{"p50 latency"}
		}
	}
	rate, err := t.Needed(0, "Inferences/Second")
	faults := []error{err}
	for i, v := range rate {
		list[i].Throughput, list[i].Compute = v, len(service) > 1
	}
	for k, column := range slices.Concat(service, outside) {
		values, err := t.Needed(0, column)
		faults = append(faults, err)
		for i, v := range values {
			if k < len(service) {
				list[i].Latency += micro * v
			} else {
				list[i].Elsewhere += micro * v
			}
		}
	}
	if t.Has("Server Cache Hit") {
		faults = append(faults, &table.FileError{File: t.Name, Line: 1, Bad: 1, Err: errors.New("the server has a response cache, and what it answers from there computes nothing: measure without it")})
	}
	if err := table.Join(faults...); err != nil {
		return err
	}
	for i := range list {
		if !(list[i].Latency > 0) {
			faults = append(faults, t.Fault(i, service[0], "a batch cannot take no time"))
		}
	}
	return table.Join(faults...)
}

// checkSize reports a size of batches that contradicts Little's law: the items in flight are the
// throughput times the latency.
func (r *BatchRun) checkSize(t *table.Table, row int) error {
	const most = 0.2
	little := r.Throughput * (r.Latency + r.Elsewhere) / float64(max(1, r.InFlight))
	if little == 0 || math.Abs(little/float64(r.Size)-1) <= most {
		return nil
	}
	return t.Fault(row, "Inferences/Second", "batches of %d contradict the throughput times the latency, which has %.3g items in each request", r.Size, little)
}
