package kernels

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wavetank/scenarios/builtin"
	"wavetank/workload/table"
)

// KernelProfile is a folder of kernel tables, ready to time steps, and what the folder says of
// itself.
type KernelProfile struct {
	StepTimer
	Network builtin.Architecture
	Model   string      // name of the network
	GPU     string      // kind
	GPUs    int         // GPUs of a replica
	Name    string      // name of the tables, told as the source of a step-time model
	Date    string      // when they were measured
	Notes   []string    // what else to know
	Checks  []StepGroup // the tables interpolated, at rows that were left out
}

// ProfileOptions are what a folder of tables does not say.
type ProfileOptions struct {
	Model  string // name of the network; "": as the folder says
	GPUs   int    // GPUs of a replica; 0: as the folder says, or else 1
	Graphs int    // most tokens of a step that runs as a CUDA graph; 0: none does
	Skew   bool   // attention takes longer where contexts differ, by skew.csv

	// The next three are for aiconfigurator. Types are named as in its tables.
	Spread    bool   // whole experts are spread over the GPUs; else each GPU has a part of each
	Type      string // type of the weights
	CacheType string // type of the KV cache

	// Network returns the shape of a network.
	Network func(model string) (builtin.Architecture, error)
	// Link is the bandwidth between two GPUs in one direction, in bytes per second; 0: unknown.
	// Latency is that of a message, in seconds. They are for an exchange that is not in the
	// tables.
	Link, Latency float64
}

// file returns the path of a table, plain or gzip; "": there is none.
func file(folder, name string) string {
	for _, end := range []string{".csv", ".csv.gz"} {
		if path := filepath.Join(folder, name+end); exists(path) {
			return path
		}
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// tableIn opens a table of a folder; nil: there is none. That is a fault if the table is needed.
func tableIn(folder, name string, needed bool) (*table.Table, error) {
	path := file(folder, name)
	if path == "" {
		if needed {
			return nil, fmt.Errorf("%s: there is no %s.csv", folder, name)
		}
		return nil, nil
	}
	return table.Load(table.OnDisk(path))
}

// gpusOf returns the GPUs that the name of a folder tells, as tp2 does; 1: it tells none.
func gpusOf(folder string) int {
	n := 1
	fmt.Sscanf(filepath.Base(folder), "tp%d", &n)
	return max(1, n)
}

// ringTime returns the seconds of an all-reduce of an array of bytes in a ring of g GPUs: 2(g − 1)
// messages of bytes/g each.
func (o *ProfileOptions) ringTime(gpus int, bytes float64) float64 {
	g := float64(gpus)
	return 2 * (g - 1) * (o.Latency + bytes/g/o.Link)
}

// needLink reports that the link must be given. Where names the tables without the exchange.
func (o *ProfileOptions) needLink(where string, gpus int) error {
	if gpus > 1 && o.Link == 0 {
		return fmt.Errorf("%s: the tables lack the exchange between %d GPUs: give the link between two of them", where, gpus)
	}
	return nil
}

var errNoModel = errors.New("the tables do not name their network: give the model")
