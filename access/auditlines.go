package access

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"io"
	"iter"
	"time"

	"quanxi/grid"
)

// An AuditLine is an audit row as files and answers show it.
type AuditLine struct {
	ID      int64            `json:"id"`
	Seq     int64            `json:"seq"`
	At      time.Time        `json:"at"`
	Actor   string           `json:"actor"`
	Post    string           `json:"post"`
	From    string           `json:"from"`
	Action  string           `json:"action"`
	Object  string           `json:"object"`
	Touched json.RawMessage  `json:"touched"`
	Before  string           `json:"before"`
	After   string           `json:"after"`
	Result  grid.AuditResult `json:"result"`
	Count   int64            `json:"count"`
	Detail  string           `json:"detail"`
	MAC     string           `json:"mac"`
}

// WriteAudit writes rows as JSON, a line each, and returns how many it wrote.
func WriteAudit(w io.Writer, rows iter.Seq2[grid.AuditRow, error]) (n int, err error) {
	buffer := bufio.NewWriter(w)
	lines := json.NewEncoder(buffer)
	for row, err := range rows {
		if err == nil {
			err = lines.Encode(LineOf(row))
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, buffer.Flush()
}

// LineOf returns how a row is shown.
func LineOf(row grid.AuditRow) AuditLine {
	touched := json.RawMessage(row.Touched)
	if !json.Valid(touched) { // somebody changed it: it is shown as the text that it is
		touched, _ = json.Marshal(row.Touched)
	}
	return AuditLine{ID: row.ID, Seq: row.Seq, At: row.At, Actor: row.Actor, Post: row.Post, From: row.From, Action: row.Action, Object: row.Object,
		Touched: touched, Before: row.Before, After: row.After, Result: row.Result, Count: row.Count, Detail: row.Detail, MAC: hex.EncodeToString(row.MAC)}
}
