package wavetank_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestSolversFuseNoProducts: solvers give the same result on every architecture. On arm64 and some
// others, Go adds a product without rounding it first, unless the product is converted:
// sum += float64(a * b).
func TestSolversFuseNoProducts(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the solvers for arm64")
	}
	build := exec.Command("go", "build", "-gcflags=-S",
		"./policies/optimize", "./policies/optimize/linear", "./policies/optimize/integer", "./policies/optimize/program",
		"./policies/optimize/classic", "./policies/optimize/vectorpacking", "./policies/optimize/optimizetest")
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %.1000s", err, out)
	}
	fused, seen := regexp.MustCompile(`\(([^()]*/policies/optimize/[^()]*\.go:\d+)\)\s+FN?M(?:ADD|SUB)[DS]\s`), map[string]bool{}
	for _, found := range fused.FindAllStringSubmatch(string(out), -1) {
		if at := found[1]; !seen[at] {
			seen[at] = true
			t.Errorf("%s: a product is added without rounding; write float64(a * b)", at)
		}
	}
	if !strings.Contains(string(out), "FMULD") {
		t.Error("the compiler listed no multiplication")
	}
}
