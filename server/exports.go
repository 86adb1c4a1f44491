package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quanxi/access"
	"quanxi/exchange"
	"quanxi/grid"
	"quanxi/staff"
)

// exportRoutes give files out.
func (s *Server) exportRoutes() {
	register(s, operation{"ask-export", http.MethodPost, "/api/exports", "Ask for a file of one kind in an area", "exports"}, s.askExport)
	register(s, operation{"list-exports", http.MethodGet, "/api/exports", "List the own exports, and those that wait for you", "exports"}, s.listExports)
	register(s, operation{"approve-export", http.MethodPost, "/api/exports/{id}/approve", "Let somebody else take a file", "exports"}, s.approveExport)
	register(s, operation{"refuse-export", http.MethodPost, "/api/exports/{id}/refuse", "Do not let somebody else take a file", "exports"}, s.refuseExport)
	take := operation{"take-export", http.MethodGet, "/api/exports/{id}/file", "Take a file", "exports"}.huma()
	content := map[string]*huma.MediaType{}
	for _, kind := range fileTypes {
		content[kind] = &huma.MediaType{}
	}
	take.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: content}}
	registerRaw(s, take, s.takeExport)
	s.long["POST /api/exports"], s.long["GET /api/exports/{id}/file"] = true, true
}

// fileTypes are the media types of formats.
var fileTypes = map[string]string{
	"geojson": "application/geo+json", "csv": "text/csv; charset=utf-8", "geopackage": "application/geopackage+sqlite3",
}

type exportBody struct {
	ID       int64         `json:"id"`
	Kind     grid.Kind     `json:"kind"`
	Area     grid.Code     `json:"area"`
	Format   string        `json:"format" enum:"geojson,csv,geopackage"`
	Purpose  staff.Purpose `json:"purpose"`
	Note     string        `json:"note,omitempty"`
	State    string        `json:"state" enum:"waiting,ready,refused,taken,expired"`
	Rows     *int64        `json:"rows" doc:"when it was asked; null where you are told no numbers"`
	Personal *int64        `json:"personal" doc:"how many of the rows are about somebody"`
	Who      string        `json:"who" doc:"login of who asked"`
	Post     string        `json:"post" doc:"by which it was asked, as role@area"`
	Own      bool          `json:"own"`
	Decides  bool          `json:"decides" doc:"it waits for you, or for somebody like you"`
	AskedAt  time.Time     `json:"asked_at"`
	Decided  *time.Time    `json:"decided_at"`
	Ends     time.Time     `json:"ends"`
}

func exportOf(f access.Filing) exportBody {
	b := exportBody{
		ID: f.ID, Kind: f.Of, Area: f.Area, Format: f.Format, Purpose: f.Purpose, Note: f.Note, State: string(f.State), Who: f.Who,
		Post: postOf(f), Own: f.Own, Decides: f.Decides, AskedAt: f.AskedAt, Decided: momentOf(f.DecidedAt), Ends: f.Ends,
	}
	if f.Over && f.State != staff.ExportRefused && f.State != staff.ExportTaken {
		b.State = "expired"
	}
	if f.Counts {
		b.Rows, b.Personal = &f.Rows, &f.Personal
	}
	return b
}

func postOf(f access.Filing) string { return f.Role + "@" + string(f.Export.Over) }

// exporter returns the Exporter of whoever asks.
func (s *Server) exporter(ctx context.Context) *access.Exporter {
	return access.NewExporter(s.view(ctx), s.office(ctx))
}

type askExportInput struct {
	Body struct {
		Kind    string        `json:"kind" minLength:"1" maxLength:"40"`
		Area    string        `json:"area" minLength:"4" maxLength:"17" doc:"code of a division, with all that it manages"`
		Format  string        `json:"format" enum:"geojson,csv,geopackage"`
		Purpose staff.Purpose `json:"purpose" maxLength:"40" doc:"planning, report, visits, checking, handover or drill"`
		Note    string        `json:"note,omitempty" maxLength:"200" doc:"what else is to be said of the purpose; nothing personal: the file says it"`
	}
}

type exportOutput struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	Token        string `header:"Quanxi-Token"`
	Body         exportBody
}

// filed answers with an export, or what stood in its way.
func (s *Server) filed(ctx context.Context, status int) func(access.Filing, grid.Receipt, error) (*exportOutput, error) {
	return func(f access.Filing, receipt grid.Receipt, err error) (*exportOutput, error) {
		if err != nil {
			return nil, err
		}
		out := &exportOutput{Status: status, CacheControl: private, Body: exportOf(f)}
		out.Token, _ = s.applied(ctx, receipt)
		return out, nil
	}
}

func (s *Server) askExport(ctx context.Context, in *askExportInput) (*exportOutput, error) {
	if err := s.await(ctx, Seen{}); err != nil { // it is counted by the World
		return nil, err
	}
	release, err := s.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	b := in.Body
	return s.filed(ctx, http.StatusCreated)(s.exporter(ctx).Ask(ctx, &staff.Export{
		Of: grid.Kind(b.Kind), Area: grid.Code(b.Area), Format: b.Format, Purpose: b.Purpose, Note: b.Note,
	}))
}

type exportsOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items    []exportBody    `json:"items"`
		Purposes []staff.Purpose `json:"purposes" doc:"all that there are"`
	}
}

func (s *Server) listExports(ctx context.Context, in *Seen) (*exportsOutput, error) {
	if err := s.await(ctx, *in); err != nil {
		return nil, err
	}
	all, err := s.exporter(ctx).Exports(ctx)
	if err != nil {
		return nil, err
	}
	out := &exportsOutput{CacheControl: private}
	out.Body.Items, out.Body.Purposes = []exportBody{}, staff.Purposes()
	for _, f := range all {
		out.Body.Items = append(out.Body.Items, exportOf(f))
	}
	return out, nil
}

func (s *Server) approveExport(ctx context.Context, in *oneInput) (*exportOutput, error) {
	return s.filed(ctx, http.StatusOK)(s.exporter(ctx).Approve(ctx, in.ID))
}

func (s *Server) refuseExport(ctx context.Context, in *oneInput) (*exportOutput, error) {
	return s.filed(ctx, http.StatusOK)(s.exporter(ctx).Refuse(ctx, in.ID))
}

// takeExport makes the file whole, has its trace stored, and only then sends it.
func (s *Server) takeExport(ctx context.Context, in *oneInput) (*huma.StreamResponse, error) {
	if err := s.await(ctx, Seen{}); err != nil {
		return nil, err
	}
	t, err := s.exporter(ctx).Take(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	release, err := s.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	file, err := s.file(ctx, t)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		defer file.Close()
		out.SetHeader("Content-Type", fileTypes[t.Format])
		out.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s-%d%s"`, t.Of, t.Area, t.ID, exchange.Extension(t.Format)))
		out.SetHeader("Content-Length", strconv.FormatInt(file.size, 10))
		out.SetHeader("Repr-Digest", "sha-256=:"+file.digest+":")
		out.SetHeader("Cache-Control", private)
		if _, err := io.Copy(out.BodyWriter(), file); err != nil {
			s.log.WarnContext(out.Context(), "export", "request", requestID(out.Context()), "err", err)
			panic(http.ErrAbortHandler) // cut off, so that nobody takes a part for the whole
		}
	}}, nil
}

// A madeFile is a file that is whole, has left its trace, and has no name any more.
type madeFile struct {
	*os.File
	size   int64
	digest string // SHA-256 in base64
}

// file makes a file and has its trace stored.
func (s *Server) file(ctx context.Context, t *access.Taking) (made madeFile, err error) {
	x := exchange.Export{Format: t.Format, Empty: t.Empty, Entities: t.Entities(ctx), Find: t.Find(ctx), Mark: exchange.Mark{
		ID: strconv.FormatInt(t.ID, 10), Who: t.Who, Post: t.Post(), At: time.Now(), Purpose: string(t.Purpose), Note: t.Note,
	}}
	err = x.Within(ctx, s.Scratch, func(path string, w exchange.Written) (err error) {
		if made.File, err = os.Open(path); err != nil {
			return err
		}
		made.size, made.digest = w.Bytes, base64.StdEncoding.EncodeToString(w.Digest)
		if err := s.stillTakes(ctx, t.ID); err != nil {
			return err
		}
		return t.Taken(ctx, w.Entities, w.Digest)
	})
	if err != nil && made.File != nil {
		err = errors.Join(err, made.Close())
	}
	return made, err
}

// stillTakes asks for the rights of this moment: a large file takes a while to make.
func (s *Server) stillTakes(ctx context.Context, id int64) error {
	viewer := s.Viewer(secretFrom(ctx))
	if viewer == nil {
		return s.notSignedIn()
	}
	_, err := access.NewExporter(s.Views.For(viewer, fromOf(ctx)), s.officeOf(ctx, viewer)).Take(ctx, id)
	return err
}

const (
	// filesAtOnce is how many files a node makes or counts at once: the map goes on.
	filesAtOnce = 2
	// fileWork and fileReply are as workTimeout and replyTimeout, for files.
	fileWork  = 10 * time.Minute
	fileReply = 20 * time.Minute
)

// errBusy reports that others have their files made.
var errBusy = errors.New("files are being made for others: try again in a moment")

// turn waits a moment until a file may be made; release gives the turn on.
func (s *Server) turn(ctx context.Context) (release func(), err error) {
	wait, cancel := context.WithTimeout(ctx, tokenWait)
	defer cancel()
	select {
	case s.files <- struct{}{}:
		return func() { <-s.files }, nil
	case <-wait.Done():
		return nil, errBusy
	}
}
