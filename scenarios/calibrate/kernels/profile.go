package kernels

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wavetank/scenarios/builtin"
	"wavetank/workload/table"
)

// KernelProfile holds the kernel tables of a folder, from which step times can be computed, and a
// description from the folder.
type KernelProfile struct {
	StepTimer
	Network builtin.Architecture
	Model   string      // name of the network
	GPU     string      // kind of GPU
	GPUs    int         // GPUs of a replica
	Name    string      // name of the tables, which becomes the source of a step-time model
	Date    string      // date of the measurements
	Notes   []string    // further remarks
	Checks  []StepGroup // comparisons of the tables with interpolations
}

// ProfileOptions are facts that a folder of tables does not contain.
type ProfileOptions struct {
	Model  string // name of the network; "": from the folder
	GPUs   int    // GPUs of a replica; 0: from the folder, or else 1
	Ranks  int    // replicas whose GPUs share the experts, which compute steps together; 0: one
	Graphs int    // most tokens of a step that runs as a CUDA graph; 0: none does
	// Skew says whether to use skew.csv: attention takes longer if contexts differ. Nil: if
	// meta.yaml says that the profile has it (skew_fit: enabled).
	Skew *bool

	// The next three fields are for aiconfigurator. Types have the names of its tables.
	Spread    bool   // true: whole experts are spread over GPUs; false: each expert is divided
	Type      string // type of the weights
	CacheType string // type of the KV cache

	// Network returns the shape of a network.
	Network func(model string) (builtin.Architecture, error)
	// Link is the bandwidth between two GPUs in one direction, in bytes per second. 0 means
	// unknown. Latency is the latency of a message, in seconds. Both are needed if the tables have
	// no times of exchanges between GPUs.
	Link, Latency float64
}

// file returns the path of a table, plain or gzip, or "" if there is none.
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

// tableIn opens a table of a folder. If there is none, it returns nil, and an error if the table is
// needed.
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

// gpusOf returns the number of GPUs in the name of a folder, such as 2 for tp2, or 1 if there is
// none.
func gpusOf(folder string) int {
	n := 1
	fmt.Sscanf(filepath.Base(folder), "tp%d", &n)
	return max(1, n)
}

// ringTime returns the time, in seconds, of an all-reduce of an array of bytes in a ring of g GPUs:
// 2(g − 1) messages of bytes/g each.
func (o *ProfileOptions) ringTime(gpus int, bytes float64) float64 {
	g := float64(gpus)
	return 2 * (g - 1) * (o.Latency + bytes/g/o.Link)
}

// needLink returns an error if several GPUs need a link and none is given. where names the tables.
func (o *ProfileOptions) needLink(where string, gpus int) error {
	if gpus > 1 && o.Link == 0 {
		return fmt.Errorf("%s: the tables lack the exchange between %d GPUs: give the link between two of them", where, gpus)
	}
	return nil
}

var errNoModel = errors.New("the tables do not name their network: give the model")
