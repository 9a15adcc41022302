package kernels

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wavetank/scenarios/builtin"
	"wavetank/workload/table"
)

// KernelProfile is a folder of kernel tables made ready: how long steps take by it, and what it says of itself.
type KernelProfile struct {
	StepTimer
	Network builtin.Architecture
	Model   string
	GPU     string
	GPUs    int
	Name    string // of the tables, for a law's source
	Date    string
	Notes   []string
	Checks  []StepGroup // tables interpolated, at rows that were left out
}

// ProfileOptions are what a folder of tables leaves open.
type ProfileOptions struct {
	Model   string                                                            // network; "": as the folder says
	Network func(model string) (architecture builtin.Architecture, err error) // shape of a network
	GPUs    int                                                               // of the replica; 0: as the folder says, else 1
	// Link is the bytes per second between two GPUs, in one direction, and Latency the seconds of a message, for an exchange that the
	// tables do not tell; 0: not known
	Link, Latency float64
	Graphs        int    // steps of up to so many tokens run as CUDA graphs of certain sizes; 0: none
	Spread        bool   // experts are spread over the GPUs whole, in aiconfigurator's tables; else each GPU has a part of every one
	Skew          bool   // attention takes as much longer as the tables say it does where contexts differ
	Type          string // of the weights, by the names of the tables
	CacheType     string // of the KV cache
}

// Open reads a folder of kernel tables: a profile of LLMServingSim (dense.csv and attention.csv, or layers.csv and attention.csv
// of its first version), or the tables of one GPU of NVIDIA's aiconfigurator (gemm, attention, moe and comm).
func Open(folder string, o ProfileOptions) (*KernelProfile, error) {
	if info, err := os.Stat(folder); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s: not a folder", folder)
	}
	if info, err := os.Stat(filepath.Join(folder, "gemm")); err == nil && info.IsDir() {
		return openAIConfigurator(folder, o)
	}
	found, err := profilesIn(folder)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(found)
	if o.GPUs > 0 {
		list = slices.DeleteFunc(list, func(f string) bool { return gpusOf(f) != o.GPUs })
	}
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("%s: in no folder are kernel tables: attention.csv and dense.csv or layers.csv (LLMServingSim), or gemm (one GPU of aiconfigurator)", folder)
	case len(list) == 0:
		return nil, fmt.Errorf("%s: no tables are of %d GPUs; there are %s", folder, o.GPUs, strings.Join(found, ", "))
	case len(list) > 1:
		return nil, fmt.Errorf("%s: several folders have tables; name one of %s", folder, strings.Join(list, ", "))
	}
	return openLLMServingSim(list[0], o)
}

// profilesIn lists the folders with tables of kernels at or below one.
func profilesIn(folder string) (list []string, err error) {
	err = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		for _, name := range []string{"dense", "layers"} {
			if file(path, name) != "" {
				list = append(list, path)
			}
		}
		return nil
	})
	return list, err
}

// file returns the path of a table, plain or gzip; "" where there is none.
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

// tableIn opens a table of a folder, nil where there is none; needed says that this is a fault.
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

// gpusOf returns the GPUs that a folder's name tells, as tp2 does; 1 where it tells none.
func gpusOf(folder string) int {
	n := 1
	fmt.Sscanf(filepath.Base(folder), "tp%d", &n)
	return max(1, n)
}

// ringTime returns how long GPUs take to add up what each has of so many bytes, in a ring: 2(g − 1) messages of a part each.
func (o *ProfileOptions) ringTime(gpus int, bytes float64) float64 {
	g := float64(gpus)
	return 2 * (g - 1) * (o.Latency + bytes/g/o.Link)
}

// needLink reports that an exchange cannot be told.
func (o *ProfileOptions) needLink(where string, gpus int) error {
	if gpus > 1 && o.Link == 0 {
		return fmt.Errorf("%s: how long %d GPUs exchange their outputs is not in the tables: give the link between two of them", where, gpus)
	}
	return nil
}

var errNoModel = errors.New("which network it is is not told: give the model")
