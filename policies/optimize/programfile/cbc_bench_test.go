//go:build unix

package programfile

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
	"wavetank/sim/simtest/shared"
	"wavetank/workload/table"
)

// BenchmarkAgainstCBC reads and solves files as CBC does: published problems one by one and
// together, and generated ones of five seeds.
func BenchmarkAgainstCBC(b *testing.B) {
	solve := func(b *testing.B) func(file string) {
		return func(file string) {
			p, _, err := Read(table.OnDisk(file))
			if err != nil {
				b.Fatal(err)
			}
			if status, _ := solveHere(b, p); status != "optimal" {
				b.Fatalf("%s: %s", file, status)
			}
		}
	}
	for _, set := range []string{"netlib", "miplib3"} {
		files, err := filepath.Glob(filepath.Join(shared.Path(b, "instances", set), "*.mps.gz"))
		if err != nil || len(files) == 0 {
			b.Fatal("no problems", err)
		}
		for _, file := range files {
			b.Run(set+"/"+strings.TrimSuffix(filepath.Base(file), ".mps.gz"), func(b *testing.B) {
				optimizetest.Against(b, []string{file}, solve(b))
			})
		}
		b.Run(set+"/together", func(b *testing.B) { optimizetest.Against(b, files, solve(b)) })
	}
	for name, make := range map[string]func(seed uint64) *program.Program{
		"covering 1000×2000": func(seed uint64) *program.Program { return optimizetest.Covering(seed, 1000, 2000) },
		"transport 200×50":   func(seed uint64) *program.Program { return optimizetest.Transport(seed, 200, 50) },
	} {
		var files []string
		for seed := uint64(1); seed <= 5; seed++ {
			files = append(files, written(b, fmt.Sprintf("p%d.mps", seed), make(seed)))
		}
		b.Run(name, func(b *testing.B) { optimizetest.Against(b, files, solve(b)) })
	}
}
