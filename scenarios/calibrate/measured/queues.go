package measured

import (
	"fmt"

	"wavetank/workload/table"
)

// WithoutQueues returns the runs whose latencies have no time in queues, and how many others there
// are. Where a size was measured with no more batches in flight than are served at a time, these
// runs are used. Of other sizes, runs that were measured in the server are used, if there one
// request at a time was in service. It is an error if a size has no such run, or if runs differ in
// their instances.
func WithoutQueues(all []BatchRun) (used []BatchRun, leftOut int, err error) {
	var faults []error
	alone := map[int]bool{} // sizes with runs that have no queue
	for i := range all {
		r := &all[i]
		if r.Instances != all[0].Instances {
			return nil, 0, fmt.Errorf("%s: %d batches are served at a time, at %s %d: choose runs of one number of instances with --where", r.Name, r.Instances, all[0].Name, all[0].Instances)
		}
		alone[r.Size] = alone[r.Size] || r.InFlight <= r.Instances
	}
	for _, r := range all {
		switch {
		case r.InFlight <= r.Instances:
			used = append(used, r)
		case alone[r.Size]:
			leftOut++
		case !r.Compute:
			faults = append(faults, fmt.Errorf("%s: %d batches were in flight and %d served at a time, so the latency has time in a queue: measure one client at a time, or say --value instances=%d", r.Name, r.InFlight, r.Instances, r.InFlight))
		case r.busy() > float64(r.Instances)*1.05:
			faults = append(faults, fmt.Errorf("%s: by their throughput, requests of %d are served %.3g at a time: they share batches, or there are more instances (--value instances=2); measure with --concurrency-range 1", r.Name, r.Size, r.busy()))
		default:
			used = append(used, r)
		}
	}
	return used, leftOut, table.Join(faults...)
}

// busy returns the mean number of requests in service, by Little's law.
func (r *BatchRun) busy() float64 { return r.Throughput / float64(r.Size) * r.Latency }

// FailedBatches returns a text for each run with more than 1 % failed requests.
func FailedBatches(runs []BatchRun) (list []string) {
	for _, r := range runs {
		if r.Failed > mostFailed {
			list = append(list, failedText(r.Name, r.Failed))
		}
	}
	return list
}
