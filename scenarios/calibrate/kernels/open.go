package kernels

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wavetank/workload/table"
)

// Open reads a folder of kernel tables, of one of these kinds:
//   - a profile of LLMServingSim: dense.csv and attention.csv
//   - a profile of its first version: layers.csv and attention.csv
//   - one GPU of NVIDIA's aiconfigurator: folders gemm, attention, moe and comm
func Open(folder string, o ProfileOptions) (*KernelProfile, error) {
	if info, err := table.Stat(folder); err != nil {
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
		return nil, fmt.Errorf("%s: no folder has kernel tables: attention.csv and dense.csv or layers.csv (LLMServingSim), or gemm (one GPU of aiconfigurator)", folder)
	case len(list) == 0:
		return nil, fmt.Errorf("%s: no tables are for %d GPUs; there are %s", folder, o.GPUs, strings.Join(found, ", "))
	case len(list) > 1:
		return nil, fmt.Errorf("%s: several folders have tables; name one of %s", folder, strings.Join(list, ", "))
	}
	return openLLMServingSim(list[0], o)
}

// profilesIn lists the folders with tables of kernels: the given folder, or folders below it.
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
