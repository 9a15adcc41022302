package command

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"wavetank/policies/policytest"
	"wavetank/sim/fleet"
)

// programWord lets this program be the program of a router.
const programWord = "as-the-program-of-a-router"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == programWord {
		beRouter()
		return
	}
	os.Exit(m.Run())
}

// beRouter gives each request to the replica with the fewest unfinished requests.
func beRouter() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var q struct {
			Route *struct {
				Replicas []struct{ ID, Outstanding int }
			}
		}
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		if q.Route == nil {
			fmt.Println(`{"wavetank": 1}`)
			continue
		}
		best := q.Route.Replicas[0]
		for _, r := range q.Route.Replicas {
			if r.Outstanding < best.Outstanding {
				best = r
			}
		}
		fmt.Printf("{\"replica\": %d}\n", best.ID)
	}
}

// pythonRouter does the same in Python.
const pythonRouter = `
import json, sys
for line in sys.stdin:
    q = json.loads(line)
    if "wavetank" in q:
        answer = {"wavetank": 1}
    else:
        answer = {"replica": min(q["route"]["replicas"], key=lambda r: r["outstanding"])["id"]}
    print(json.dumps(answer), flush=True)
`

// BenchmarkQuestion writes the question about a request among 64 replicas.
func BenchmarkQuestion(b *testing.B) {
	v, q := policytest.Ready(b, 64), &fleet.Request{}
	var line []byte
	b.ReportAllocs()
	for b.Loop() {
		line = appendRouting(line[:0], v, q)
	}
}

// BenchmarkRoute asks a program in Go, and one in Python, about a request.
func BenchmarkRoute(b *testing.B) {
	programs := map[string][]string{"go": {os.Args[0], programWord}}
	if python, err := exec.LookPath("python3"); err == nil {
		programs["python"] = []string{python, "-c", pythonRouter}
	}
	for name, run := range programs {
		for _, n := range []int{4, 64} {
			b.Run(fmt.Sprint(name, "/", n), func(b *testing.B) {
				v, q := policytest.Ready(b, n), &fleet.Request{}
				r := NewRouter(Launch{Run: run, Timeout: DefaultTimeout, Context: b.Context(), Hello: Greeting("router", v.Spec())}, "p")
				defer r.Close()
				r.Route(v, q) // starts the program
				for b.Loop() {
					if r.Route(v, q) != 0 {
						b.Fatal(r.Err())
					}
				}
			})
		}
	}
}
