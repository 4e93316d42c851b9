/** Made by `npm run console:api` out of the server's own description; not changed by hand. */
/* oxlint-disable eslint/max-lines */
export interface Operations {
  'DELETE /api/v1/dead-letters/{id}': {
    params: { id: string };
    query: { tenant_id?: string; reason?: string };
    body: undefined;
    reply: undefined;
  };
  'DELETE /api/v1/keys/{id}': {
    params: { id: string };
    query: undefined;
    body: undefined;
    reply: undefined;
  };
  'DELETE /api/v1/members/{id}': {
    params: { id: string };
    query: { version?: string };
    body: undefined;
    reply: undefined;
  };
  'DELETE /api/v1/sessions/{id}': {
    params: { id: string };
    query: undefined;
    body: undefined;
    reply: undefined;
  };
  'DELETE /api/v1/webhooks/{id}': {
    params: { id: string };
    query: undefined;
    body: undefined;
    reply: undefined;
  };
  'GET /api/v1/dead-letters': {
    params: undefined;
    query: {
      limit?: string;
      after?: string;
      tenant_id?: string;
      source?: 'events' | 'workflows' | 'webhooks';
      name?: string;
      state?: 'open' | 'replayed' | 'discarded';
    };
    body: undefined;
    reply: {
      data: {
        id: string;
        source: 'events' | 'workflows' | 'webhooks';
        tenant_id: string | null;
        name: string;
        subject: string | null;
        reason: string;
        attempts: number | null;
        created_at: string;
        state: 'open' | 'replayed' | 'discarded';
        settled_at: string | null;
        settled_by: string | null;
        note: string | null;
        detail: unknown;
        links: { actions: Record<string, { method: string; href: string }> };
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/keys': {
    params: undefined;
    query: { limit?: string; after?: string; tenant_id?: string };
    body: undefined;
    reply: {
      data: {
        id: string;
        name: string;
        prefix: string;
        tenant_id: string;
        scopes: string[];
        models: string[] | null;
        created_at: string;
        created_by: string | null;
        maker_state: 'active' | 'suspended' | 'removed' | 'revoked' | null;
        member_id: string | null;
        expires_at: string | null;
        revoked_at: string | null;
        links: { self: string; actions: Record<string, { method: string; href: string }> };
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/keys/{id}': {
    params: { id: string };
    query: undefined;
    body: undefined;
    reply: {
      id: string;
      name: string;
      prefix: string;
      tenant_id: string;
      scopes: string[];
      models: string[] | null;
      created_at: string;
      created_by: string | null;
      maker_state: 'active' | 'suspended' | 'removed' | 'revoked' | null;
      member_id: string | null;
      expires_at: string | null;
      revoked_at: string | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/me': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: {
      kind: 'key' | 'member' | 'operator';
      member: {
        id: string;
        email: string;
        name: string;
        tenant_id: string;
        roles: string[];
        has_password: boolean;
      } | null;
      key_id: string | null;
      tenant: { id: string; name: string };
      scopes: string[];
      tenants: { id: string; name: string }[];
      has_more_tenants: boolean;
      version: string;
    };
  };
  'GET /api/v1/members': {
    params: undefined;
    query: { limit?: string; after?: string; tenant_id?: string };
    body: undefined;
    reply: {
      data: {
        id: string;
        tenant_id: string;
        email: string;
        name: string;
        roles: string[];
        status: 'invited' | 'active' | 'suspended';
        version: number;
        created_at: string;
        created_by: string | null;
        last_seen_at: string | null;
        links: { self: string; actions: Record<string, { method: string; href: string }> };
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/members/{id}': {
    params: { id: string };
    query: undefined;
    body: undefined;
    reply: {
      id: string;
      tenant_id: string;
      email: string;
      name: string;
      roles: string[];
      status: 'invited' | 'active' | 'suspended';
      version: number;
      created_at: string;
      created_by: string | null;
      last_seen_at: string | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/operations/live': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: {
      at: string;
      everything: boolean;
      faults: Record<string, string>;
      process: {
        name: string;
        pid: number;
        version: string;
        roles: string[];
        workers: number;
        alone: boolean;
        started_at: string;
      } | null;
      receipts: {
        journal_bytes: number;
        journal_bytes_max: number;
        pending: number;
        stalled: number;
        fault: string | null;
      } | null;
      providers:
        | {
            name: string;
            adapter: string;
            state: 'idle' | 'up' | 'degraded' | 'down' | 'half-open' | 'open';
            attempts: number | null;
            failures: number | null;
            last_failure: { outcome: string; at: string } | null;
            breakers: {
              model_id: string;
              state: 'open' | 'half-open';
              open_since: string | null;
              reason: 'failures-in-a-row' | 'failing-share' | 'failed-trial' | null;
              next_trial_at: string | null;
              last_failure: { outcome: string; at: string } | null;
            }[];
          }[]
        | null;
      traffic: {
        step_ms: number;
        first_step_at: string;
        steps: {
          requests: number[];
          errors: number[];
          input_tokens: number[];
          output_tokens: number[];
          p50_ms: (number | null)[];
          p95_ms: (number | null)[];
          p99_ms: (number | null)[];
        };
        recent: {
          seconds: number;
          requests: number;
          errors: number;
          input_tokens: number;
          output_tokens: number;
          p50_ms: number | null;
          p95_ms: number | null;
          p99_ms: number | null;
        };
        models: {
          provider: string;
          model: string;
          requests: number;
          errors: number;
          input_tokens: number;
          output_tokens: number;
          p50_ms: number | null;
          p95_ms: number | null;
          p99_ms: number | null;
        }[];
      } | null;
      capacity: {
        in_flight: number;
        in_flight_max: number;
        queued: number;
        queued_max: number;
        active_streams: number;
      } | null;
      workflows: {
        queues: { queue: string; running: number; due: number; waiting: number; oldest_due_ms: number | null }[];
        dead_letters: number;
        workers: number | null;
      } | null;
      events: {
        transport: 'database' | 'nats';
        fault: string | null;
        pending: number;
        oldest_pending_ms: number | null;
        dead_letters: number;
        consumers: { name: string; waiting: number; oldest_waiting_ms: number | null }[];
      } | null;
    };
  };
  'GET /api/v1/projections': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: {
      data: { name: string; version: number; stored_version: number | null; rebuilt_at: string | null }[];
      next: null;
    };
  };
  'GET /api/v1/receipts': {
    params: undefined;
    query: {
      limit?: string;
      after?: string;
      from?: string;
      to?: string;
      status?: 'ok' | 'failed' | 'denied' | 'aborted' | 'assumed';
      provider?: string;
      model?: string;
      key_id?: string;
      decision?: 'allow' | 'deny';
      surface?: string;
      stream?: 'true' | 'false';
      fallback?: 'true' | 'false';
      trace_id?: string;
      tag?: string;
      cost_min?: string;
      cost_max?: string;
      latency_min?: string;
      order?: 'oldest' | 'newest';
    };
    body: undefined;
    reply: {
      data: {
        answer_hash: string | null;
        attempts: { latency_ms: number; model_id: string; outcome: string; provider: string }[];
        bytes_in: number;
        bytes_out: number;
        confidence_score: number | null;
        cost_nanos: number | null;
        created_at: string;
        error_code: string | null;
        finish_reason: string | null;
        first_byte_ms: number | null;
        id: string;
        key_id: string | null;
        kind: string;
        latency_ms: number;
        model: { model_id: string; provider: string } | null;
        overhead_us: number;
        parent_receipt: string | null;
        pii_classes: string[];
        policy: { attributes: Record<string, string>; decision: 'allow' | 'deny'; policies: string[]; version: string };
        prev_hash: string;
        price_version: string | null;
        prompt_hash: string;
        propensity_ppm: number;
        region: string | null;
        requested_model: string;
        seq: number;
        status: 'ok' | 'failed' | 'denied' | 'aborted' | 'assumed';
        stream: boolean;
        surface: string;
        tenant_id: string;
        token_usage: {
          cached: number;
          completion: number;
          details: Record<string, number>;
          estimated: boolean;
          prompt: number;
          total: number;
        };
        trace_id: string;
        v: 1;
        writer_id: string;
        hash: string;
        proof: string | null;
        tags: Record<string, string>;
        links: { self: string };
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/receipts/facets': {
    params: undefined;
    query: {
      from?: string;
      to?: string;
      status?: 'ok' | 'failed' | 'denied' | 'aborted' | 'assumed';
      provider?: string;
      model?: string;
      key_id?: string;
      decision?: 'allow' | 'deny';
      surface?: string;
      stream?: 'true' | 'false';
      fallback?: 'true' | 'false';
      trace_id?: string;
      tag?: string;
      cost_min?: string;
      cost_max?: string;
      latency_min?: string;
    };
    body: undefined;
    reply: {
      facets: {
        status: { value: string | null; count: number }[];
        model: { value: string | null; count: number }[];
        key_id: { value: string | null; count: number }[];
        decision: { value: string | null; count: number }[];
        surface: { value: string | null; count: number }[];
      };
      matched: number;
      examined: number;
      truncated: boolean;
      since: string | null;
    };
  };
  'GET /api/v1/receipts/{id}': {
    params: { id: string };
    query: undefined;
    body: undefined;
    reply: {
      answer_hash: string | null;
      attempts: { latency_ms: number; model_id: string; outcome: string; provider: string }[];
      bytes_in: number;
      bytes_out: number;
      confidence_score: number | null;
      cost_nanos: number | null;
      created_at: string;
      error_code: string | null;
      finish_reason: string | null;
      first_byte_ms: number | null;
      id: string;
      key_id: string | null;
      kind: string;
      latency_ms: number;
      model: { model_id: string; provider: string } | null;
      overhead_us: number;
      parent_receipt: string | null;
      pii_classes: string[];
      policy: { attributes: Record<string, string>; decision: 'allow' | 'deny'; policies: string[]; version: string };
      prev_hash: string;
      price_version: string | null;
      prompt_hash: string;
      propensity_ppm: number;
      region: string | null;
      requested_model: string;
      seq: number;
      status: 'ok' | 'failed' | 'denied' | 'aborted' | 'assumed';
      stream: boolean;
      surface: string;
      tenant_id: string;
      token_usage: {
        cached: number;
        completion: number;
        details: Record<string, number>;
        estimated: boolean;
        prompt: number;
        total: number;
      };
      trace_id: string;
      v: 1;
      writer_id: string;
      hash: string;
      proof: string | null;
      tags: Record<string, string>;
      links: { self: string };
    };
  };
  'GET /api/v1/sessions': {
    params: undefined;
    query: { limit?: string; after?: string; q?: string };
    body: undefined;
    reply: {
      data: {
        id: string;
        title: string;
        models: string[];
        entries: number;
        bytes: number;
        version: number;
        created_at: string;
        updated_at: string;
        match: { entry_id: string | null; snippet: string } | null;
        links: { self: string; actions: Record<string, { method: string; href: string }> };
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/sessions/{id}': {
    params: { id: string };
    query: undefined;
    body: undefined;
    reply: {
      id: string;
      title: string;
      models: string[];
      entries: number;
      bytes: number;
      version: number;
      created_at: string;
      updated_at: string;
      match: { entry_id: string | null; snippet: string } | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/sessions/{id}/entries': {
    params: { id: string };
    query: { limit?: string; after?: string };
    body: undefined;
    reply: {
      data: {
        id: string;
        parent_id: string | null;
        role: 'system' | 'user' | 'assistant';
        parts: (
          | { type: 'text'; text: string }
          | { type: 'image'; url: string }
          | { type: 'file'; filename: string; data: string; mediaType: string }
          | { type: 'reasoning'; text: string }
          | { type: 'refusal'; text: string }
        )[];
        model: string | null;
        receipt_id: string | null;
        interrupted: boolean;
        created_at: string;
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/settings': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: {
      at: string;
      everything: boolean;
      faults: Record<string, string>;
      limits:
        | {
            name: string;
            value: string | null;
            origin: {
              source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
              name: string | null;
              line: number | null;
              variables: string[];
            } | null;
          }[]
        | null;
      engines: {
        file: string | null;
        data_dir: string;
        engines: {
          name: 'database' | 'bus' | 'cache' | 'objects' | 'secrets';
          engine: string;
          address: string | null;
          origin: {
            source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
            name: string | null;
            line: number | null;
            variables: string[];
          };
        }[];
        process: {
          name: string;
          value: string | null;
          origin: {
            source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
            name: string | null;
            line: number | null;
            variables: string[];
          } | null;
        }[];
      } | null;
      prices: {
        version: string;
        rows: {
          provider: string;
          model: string;
          entry: {
            input: number;
            output: number;
            cached_input?: number;
            cache_write?: number;
            cache_write_1h?: number;
            audio_input?: number;
            audio_output?: number;
            search?: number;
            long_context?: {
              above_tokens: number;
              input: number;
              output: number;
              cached_input?: number;
              cache_write?: number;
            };
            context_tokens?: number;
            max_output_tokens?: number;
            dimensions?: number;
            kind?: 'chat' | 'completion' | 'embedding' | 'rerank' | 'moderation';
            takes?: ('images' | 'audio' | 'files' | 'tools' | 'json_schema' | 'reasoning')[];
          };
          origin: {
            source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
            name: string | null;
            line: number | null;
            variables: string[];
          } | null;
        }[];
      } | null;
      providers:
        | {
            name: string;
            adapter: string;
            region: string | null;
            setup: {
              origin: {
                source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
                name: string | null;
                line: number | null;
                variables: string[];
              };
              base_url: {
                value: string;
                origin: {
                  source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
                  name: string | null;
                  line: number | null;
                  variables: string[];
                } | null;
              };
              region: {
                value: string | null;
                origin: {
                  source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
                  name: string | null;
                  line: number | null;
                  variables: string[];
                } | null;
              };
              timeout_ms: {
                value: number;
                origin: {
                  source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
                  name: string | null;
                  line: number | null;
                  variables: string[];
                } | null;
              };
              stream_usage: {
                value: boolean;
                origin: {
                  source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
                  name: string | null;
                  line: number | null;
                  variables: string[];
                } | null;
              };
              api_key: {
                value: boolean;
                origin: {
                  source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
                  name: string | null;
                  line: number | null;
                  variables: string[];
                } | null;
              };
              own: {
                name: string;
                value: string | null;
                origin: {
                  source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
                  name: string | null;
                  line: number | null;
                  variables: string[];
                } | null;
              }[];
            } | null;
          }[]
        | null;
      models:
        | {
            name: string;
            origin: {
              source: 'file' | 'variable' | 'flag' | 'catalogue' | 'default';
              name: string | null;
              line: number | null;
              variables: string[];
            } | null;
            candidates: {
              name: string;
              provider: string;
              priced: boolean;
              kind: string | null;
              context_tokens: number | null;
              max_output_tokens: number | null;
              takes: string[];
            }[];
          }[]
        | null;
    };
  };
  'GET /api/v1/tenants': {
    params: undefined;
    query: { limit?: string; after?: string };
    body: undefined;
    reply: {
      data: { id: string; name: string; created_at: string }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/usage': {
    params: undefined;
    query: {
      limit?: string;
      after?: string;
      from?: string;
      to?: string;
      key_id?: string;
      model?: string;
      tag?: string;
      group_by?: 'day' | 'model' | 'key' | 'tag';
    };
    body: undefined;
    reply: {
      data: {
        day?: string;
        key_id?: string | null;
        provider?: string | null;
        model_id?: string | null;
        tag_key?: string;
        tag_value?: string;
        requests: number;
        input_tokens: number;
        output_tokens: number;
        cost_nanos: number;
        unpriced: number;
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
      total: { requests: number; input_tokens: number; output_tokens: number; cost_nanos: number; unpriced: number };
    };
  };
  'GET /api/v1/webhooks': {
    params: undefined;
    query: { limit?: string; after?: string };
    body: undefined;
    reply: {
      data: {
        id: string;
        tenant_id: string;
        url: string;
        events: string[];
        created_at: string;
        created_by: string | null;
        disabled_at: string | null;
        disabled_reason: string | null;
        links: { self: string; actions: Record<string, { method: string; href: string }> };
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/webhooks/{id}': {
    params: { id: string };
    query: undefined;
    body: undefined;
    reply: {
      id: string;
      tenant_id: string;
      url: string;
      events: string[];
      created_at: string;
      created_by: string | null;
      disabled_at: string | null;
      disabled_reason: string | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/webhooks/{id}/deliveries': {
    params: { id: string };
    query: { limit?: string; after?: string };
    body: undefined;
    reply: {
      data: {
        id: string;
        webhook_id: string;
        event_id: string;
        subject: string;
        state: string;
        workflow_id: string | null;
        attempts: number;
        status: number | null;
        reason: string | null;
        created_at: string;
        finished_at: string | null;
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/workflows': {
    params: undefined;
    query: {
      limit?: string;
      after?: string;
      tenant_id?: string;
      name?: string;
      state?: 'queued' | 'running' | 'ready' | 'failed' | 'canceled';
    };
    body: undefined;
    reply: {
      data: {
        id: string;
        tenant_id: string;
        name: string;
        queue: string;
        state: string;
        reason: string | null;
        progress: unknown;
        waiting_for: string | null;
        stop_requested: boolean;
        due_at: string | null;
        created_at: string;
        started_at: string | null;
        finished_at: string | null;
        links: { self: string; actions: Record<string, { method: string; href: string }> };
      }[];
      next: string | null;
      links: { self: string; next: string | null; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/v1/workflows/{id}': {
    params: { id: string };
    query: { tenant_id?: string };
    body: undefined;
    reply: {
      id: string;
      tenant_id: string;
      name: string;
      queue: string;
      state: string;
      reason: string | null;
      progress: unknown;
      waiting_for: string | null;
      stop_requested: boolean;
      due_at: string | null;
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
    };
  };
  'GET /api/version': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: { name: string; version: string };
  };
  'GET /healthz': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: { status: string; roles: string[]; checks: Record<string, string> };
  };
  'GET /livez': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: { status: string; roles: string[]; checks: Record<string, string> };
  };
  'GET /readyz': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: { status: string; roles: string[]; checks: Record<string, string> };
  };
  'GET /startupz': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: { status: string; roles: string[]; checks: Record<string, string> };
  };
  'PATCH /api/v1/members/{id}': {
    params: { id: string };
    query: undefined;
    body: { version: number; name?: string; roles?: string[]; status?: 'active' | 'suspended' };
    reply: {
      id: string;
      tenant_id: string;
      email: string;
      name: string;
      roles: string[];
      status: 'invited' | 'active' | 'suspended';
      version: number;
      created_at: string;
      created_by: string | null;
      last_seen_at: string | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
    };
  };
  'PATCH /api/v1/sessions/{id}': {
    params: { id: string };
    query: undefined;
    body: { title: string; version: number };
    reply: {
      id: string;
      title: string;
      models: string[];
      entries: number;
      bytes: number;
      version: number;
      created_at: string;
      updated_at: string;
      match: { entry_id: string | null; snippet: string } | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
    };
  };
  'POST /api/v1/dead-letters/{id}/replay': {
    params: { id: string };
    query: { tenant_id?: string };
    body: { reason?: string };
    reply: undefined;
  };
  'POST /api/v1/keys': {
    params: undefined;
    query: undefined;
    body: { name: string; tenant_id?: string; scopes?: string[]; models?: string[] | null; expires_at?: string | null };
    reply: {
      id: string;
      name: string;
      prefix: string;
      tenant_id: string;
      scopes: string[];
      models: string[] | null;
      created_at: string;
      created_by: string | null;
      maker_state: 'active' | 'suspended' | 'removed' | 'revoked' | null;
      member_id: string | null;
      expires_at: string | null;
      revoked_at: string | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
      key: string;
    };
  };
  'POST /api/v1/me/tenant': {
    params: undefined;
    query: undefined;
    body: { tenant_id: string };
    reply: {
      kind: 'key' | 'member' | 'operator';
      member: {
        id: string;
        email: string;
        name: string;
        tenant_id: string;
        roles: string[];
        has_password: boolean;
      } | null;
      key_id: string | null;
      tenant: { id: string; name: string };
      scopes: string[];
      tenants: { id: string; name: string }[];
      has_more_tenants: boolean;
      version: string;
    };
  };
  'POST /api/v1/members': {
    params: undefined;
    query: undefined;
    body: { email: string; name: string; roles: string[]; tenant_id?: string };
    reply: {
      id: string;
      tenant_id: string;
      email: string;
      name: string;
      roles: string[];
      status: 'invited' | 'active' | 'suspended';
      version: number;
      created_at: string;
      created_by: string | null;
      last_seen_at: string | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
      sign_in: { path: string; url: string | null; expires_at: string };
    };
  };
  'POST /api/v1/members/{id}/sign-in-link': {
    params: { id: string };
    query: undefined;
    body: undefined;
    reply: { path: string; url: string | null; expires_at: string };
  };
  'POST /api/v1/models/test': {
    params: undefined;
    query: undefined;
    body: { model: string };
    reply: {
      model: string;
      ok: boolean;
      detail: string;
      error_code: string | null;
      route: string | null;
      latency_ms: number;
      cost_nanos: number | null;
      receipt_id: string | null;
    };
  };
  'POST /api/v1/projections/{name}/rebuild': {
    params: { name: string };
    query: undefined;
    body: undefined;
    reply: { name: string; version: number; stored_version: number | null; rebuilt_at: string | null };
  };
  'POST /api/v1/providers/{name}/test': {
    params: { name: string };
    query: undefined;
    body: { model?: string };
    reply: {
      model: string;
      ok: boolean;
      detail: string;
      error_code: string | null;
      route: string | null;
      latency_ms: number;
      cost_nanos: number | null;
      receipt_id: string | null;
    };
  };
  'POST /api/v1/sessions': {
    params: undefined;
    query: undefined;
    body: { title?: string; models?: string[] };
    reply: {
      id: string;
      title: string;
      models: string[];
      entries: number;
      bytes: number;
      version: number;
      created_at: string;
      updated_at: string;
      match: { entry_id: string | null; snippet: string } | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
    };
  };
  'POST /api/v1/sessions/{id}/entries': {
    params: { id: string };
    query: undefined;
    body: {
      version: number;
      parent_id: string | null;
      role: 'system' | 'user' | 'assistant';
      parts: (
        | { type: 'text'; text: string }
        | { type: 'image'; url: string }
        | { type: 'file'; filename: string; data: string; mediaType: string }
        | { type: 'reasoning'; text: string }
        | { type: 'refusal'; text: string }
      )[];
      interrupted?: boolean;
      model?: string | null;
      receipt_id?: string | null;
    };
    reply: {
      entry: {
        id: string;
        parent_id: string | null;
        role: 'system' | 'user' | 'assistant';
        parts: (
          | { type: 'text'; text: string }
          | { type: 'image'; url: string }
          | { type: 'file'; filename: string; data: string; mediaType: string }
          | { type: 'reasoning'; text: string }
          | { type: 'refusal'; text: string }
        )[];
        model: string | null;
        receipt_id: string | null;
        interrupted: boolean;
        created_at: string;
      };
      session: {
        id: string;
        title: string;
        models: string[];
        entries: number;
        bytes: number;
        version: number;
        created_at: string;
        updated_at: string;
        match: { entry_id: string | null; snippet: string } | null;
        links: { self: string; actions: Record<string, { method: string; href: string }> };
      };
    };
  };
  'POST /api/v1/sign-in': {
    params: undefined;
    query: undefined;
    body: { email?: string; password?: string; token?: string };
    reply: {
      kind: 'key' | 'member' | 'operator';
      member: {
        id: string;
        email: string;
        name: string;
        tenant_id: string;
        roles: string[];
        has_password: boolean;
      } | null;
      key_id: string | null;
      tenant: { id: string; name: string };
      scopes: string[];
      tenants: { id: string; name: string }[];
      has_more_tenants: boolean;
      version: string;
    };
  };
  'POST /api/v1/sign-out': {
    params: undefined;
    query: undefined;
    body: undefined;
    reply: undefined;
  };
  'POST /api/v1/tenants': {
    params: undefined;
    query: undefined;
    body: { name: string };
    reply: { id: string; name: string; created_at: string };
  };
  'POST /api/v1/webhooks': {
    params: undefined;
    query: undefined;
    body: { url: string; events: string[] };
    reply: {
      id: string;
      tenant_id: string;
      url: string;
      events: string[];
      created_at: string;
      created_by: string | null;
      disabled_at: string | null;
      disabled_reason: string | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
      secret: string;
    };
  };
  'POST /api/v1/workflows/{id}/cancel': {
    params: { id: string };
    query: { tenant_id?: string };
    body: undefined;
    reply: {
      id: string;
      tenant_id: string;
      name: string;
      queue: string;
      state: string;
      reason: string | null;
      progress: unknown;
      waiting_for: string | null;
      stop_requested: boolean;
      due_at: string | null;
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      links: { self: string; actions: Record<string, { method: string; href: string }> };
    };
  };
  'PUT /api/v1/me/password': {
    params: undefined;
    query: undefined;
    body: { password: string; current_password?: string };
    reply: undefined;
  };
}
