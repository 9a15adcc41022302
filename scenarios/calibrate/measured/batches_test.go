package measured

import (
	"math"
	"strings"
	"testing"

	"wavetank/workload/table"
)

const perfHeader = "Concurrency,Inferences/Second,Client Send,Network+Server Send/Recv,Server Queue,Server Compute Input,Server Compute Infer,Server Compute Output,Client Recv,p50 latency,p90 latency,p95 latency,p99 latency\n"

func TestBatchesAreReadInTheirUnits(t *testing.T) {
	for name, text := range map[string]string{
		"b8.csv":        perfHeader + "1,1333,100,380,20,500,4900,100,0,6000,6100,6200,6300\n",
		"x-bs_8.csv":    "Concurrency,Inferences/Second,Client Send,Client Recv,p50 latency,Avg latency\n1,1450,1,1,5600,5500\n",
		"ends.csv":      "batch_size,latency_us\n8,5500\n",
		"cells.csv":     "bs,mean\n8,5.5 ms\n",
		"Batch 8.jsonl": `{"batch": 8, "stats": {"latency_ms": 5.5}}`,
	} {
		tab, err := table.Load(made(name, text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadBatches(tab)
		if err != nil || len(got) != 1 || got[0].Size != 8 || math.Abs(got[0].Latency-0.0055) > 1e-12 || got[0].Instances != 1 {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}

func TestMistakesInTablesOfBatchesAreToldWithTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"batch,other\n8,5\n":                          `made.csv:1: column "latency" or`,
		"n,latency_ms\n8,5\n":                         `made.csv:1: column "batch" or`,
		"batch,latency_ms\n8,0\n9,5\n70000,7\n":       "made.csv:2: latency_ms: a batch cannot take no time",
		"batch,latency_ms\n8,1\n70000,7\n":            "made.csv:3: batch: 70000 is not a whole number between 1 and 65536",
		"batch,latency_ms,failed\n8,1,3\n":            `made.csv:1: column "requests" is missing`,
		"batch,latency_ms,concurrency\n8,1,0\n":       "made.csv:2: concurrency: 0 is below 1",
		"batch,latency_ms,gpu\n8,1,t4\n9,2,l4\n":      "gpu has 2 values; choose one with --where gpu=…: t4, l4",
		"Request Rate,Inferences/Second,Client Send":  "requests at a rate may share a batch",
		perfHeader + "1,1333,1,1,1,1,1,1,1,1,1,1,1\n": "perf_analyzer does not write the size",
	} {
		text = strings.TrimSuffix(text, "\n") + "\n"
		if strings.HasPrefix(text, "Request Rate") {
			text = strings.Replace(text, "Request Rate", "batch,Request Rate", 1) + "8,5,40,1\n"
		}
		if _, err := ReadBatches(read(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\ngot %v\nwant %s", text, err, want)
		}
	}
}

func TestRunsThatWaitedAreLeftOutOrRefused(t *testing.T) {
	alone := BatchRun{Name: "a", Size: 8, Latency: 0.01, InFlight: 1, Instances: 1}
	queued := BatchRun{Name: "b", Size: 8, Latency: 0.02, InFlight: 2, Instances: 1}
	server := BatchRun{Name: "c", Size: 16, Latency: 0.02, InFlight: 2, Instances: 1, Compute: true, Throughput: 16 / 0.02}
	if used, n, err := WithoutQueues([]BatchRun{alone, queued, server}); err != nil || n != 1 || len(used) != 2 || used[1].Name != "c" {
		t.Errorf("%v, %d left out, %v", used, n, err)
	}
	server.Throughput *= 2
	two := alone
	two.Instances = 2
	for want, list := range map[string][]BatchRun{
		"b: 2 batches were in flight and 1 served":                                     {queued},
		"c: by their throughput, requests of 16 are served 2 at a time":                {server},
		"a: 2 batches are served at a time, at b 1: choose runs of one number of inst": {queued, two},
	} {
		if _, _, err := WithoutQueues(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
