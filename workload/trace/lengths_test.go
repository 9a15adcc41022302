package trace

import (
	"testing"

	"wavetank/sim/fleet"
)

func TestLengthsAreAPopulation(t *testing.T) {
	text := "id,prompt_len,output_len\na,100,10\nb,300,50\n"
	f := inMemory("x.csv", []byte(text))
	if form, err := Detect(f); err != nil || form != "lengths" {
		t.Fatalf("%s %v", form, err)
	}
	sum, err := scan(f, Population{})
	if err != nil || sum.Requests != 2 || sum.Input != 200 || sum.Output != 30 {
		t.Errorf("%+v %v", sum, err)
	}
	only := lane("a")
	start, err := Population{Rate: 50}.Prepare(f, only.Models)
	if err != nil {
		t.Fatal(err)
	}
	all := take(t, must(start(only)), 1000)
	counts := map[lengthPair]int{}
	for _, r := range all {
		counts[lengthPair{r.Input, r.Output}]++
	}
	if a, b := counts[lengthPair{100, 10}], counts[lengthPair{300, 50}]; a+b != 1000 || a < 400 || b < 400 {
		t.Errorf("drawn %v", counts)
	}
	if seconds := float64(all[999].Arrival) / 1e9; seconds < 15 || seconds > 25 {
		t.Errorf("1000 requests in %v s", seconds)
	}
	once, err := Population{Rate: 1}.InOrder(f)
	if err != nil {
		t.Fatal(err)
	}
	src, n := must(once(only)), 0
	for r := (fleet.Request{}); src.Next(&r); n++ {
		if want := []int32{100, 300}[n]; r.Input != want {
			t.Errorf("row %d has %d input tokens", n, r.Input)
		}
	}
	if n != 2 {
		t.Errorf("%d rows", n)
	}
	unused, err := Population{}.Unused(f)
	if err != nil || len(unused) != 1 || unused[0] != "id" {
		t.Errorf("unused %v %v", unused, err)
	}
	_, err = Population{}.Prepare(f, only.Models)
	mentions(t, err, "x.csv: it has lengths, but no times", "--rate")
	mentions(t, second(scan(f, Population{Input: "promt_len"})), `column "promt_len" is missing; there are id, prompt_len, output_len (did you mean "prompt_len"?)`)
}

// TestTextsOfConversationsBecomeLengths reads a conversation whose first text has no question.
func TestTextsOfConversationsBecomeLengths(t *testing.T) {
	text := `[{"id": "x", "conversations": [{"from": "gpt", "value": "hello yo"}, {"from": "human", "value": "four"}, {"from": "gpt", "value": "answer12"},
 {"from": "human", "value": "fives"}, {"from": "gpt", "value": "a"}]}]`
	f := inMemory("x.json", []byte(text))
	if form, err := Detect(f); err != nil || form != "lengths" {
		t.Fatalf("%s %v", form, err)
	}
	list, err := Population{}.read(f)
	if err != nil || len(list) != 2 || list[0] != (lengthPair{3, 2}) || list[1] != (lengthPair{7, 1}) {
		t.Errorf("%v %v", list, err)
	}
}
