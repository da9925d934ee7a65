"""The queries behind ``catalog``: each yields all things of one kind, in a fixed order.

Schemas of PostgreSQL itself, temporary ones, and what extensions made are left out.
"""

from __future__ import annotations

_OWN = """
    n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_temp%'
    and n.nspname not like 'pg\\_toast%'
"""


def _not_of_extension(catalog: str, oid: str) -> str:
    return f"""
    not exists (select from pg_depend e where e.classid = '{catalog}'::regclass
                and e.objid = {oid} and e.deptype = 'e')
"""


_NAME_OF_RELATION = """
    (select array[rn.nspname::text, rc.relname::text] from pg_class rc
     join pg_namespace rn on rn.oid = rc.relnamespace where rc.oid = {oid})
"""

_TABLE = f"""
    c.relkind in ('r', 'p', 'f') and {_OWN} and {_not_of_extension("pg_class", "c.oid")}
"""

TABLES = f"""
select n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity,
       pg_get_partkeydef(c.oid),
       case when c.relispartition then
         (select array[pn.nspname::text, p.relname::text] from pg_inherits i
          join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
          where i.inhrelid = c.oid limit 1) end,
       case when not c.relispartition then
         (select json_agg(json_build_array(pn.nspname, p.relname) order by i.inhseqno)
          from pg_inherits i join pg_class p on p.oid = i.inhparent
          join pg_namespace pn on pn.oid = p.relnamespace where i.inhrelid = c.oid) end,
       c.relpersistence = 'u', obj_description(c.oid, 'pg_class')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where {_TABLE} order by c.oid
"""

COLUMNS = f"""
select n.nspname, c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod),
       a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity::text,
       a.attgenerated <> '',
       exists (select from pg_depend s join pg_depend o on o.classid = 'pg_class'::regclass
               and o.objid = s.refobjid and o.deptype = 'a' and o.refobjid = c.oid
               and o.refobjsubid = a.attnum
               where s.classid = 'pg_attrdef'::regclass and s.objid = d.oid
               and s.refclassid = 'pg_class'::regclass),
       case when b.typtype in ('e', 'd') then bn.nspname end,
       case when b.typtype in ('e', 'd') then b.typname end,
       case when a.attcollation <> t.typcollation then
         (select collname from pg_collation k where k.oid = a.attcollation) end,
       col_description(c.oid, a.attnum)
from pg_attribute a
join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
join pg_type t on t.oid = a.atttypid
join pg_type b on b.oid = case when t.typelem <> 0 and t.typlen = -1 then t.typelem else t.oid end
join pg_namespace bn on bn.oid = b.typnamespace
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped and {_TABLE}
order by c.oid, a.attnum
"""

CONSTRAINTS = f"""
select n.nspname, c.relname, k.conname, k.contype::text,
       (select array_agg(a.attname::text order by u.place) from unnest(k.conkey)
        with ordinality u(number, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number),
       pg_get_expr(k.conbin, k.conrelid), k.convalidated, k.condeferrable,
       {_NAME_OF_RELATION.format(oid="k.confrelid")},
       (select array_agg(a.attname::text order by u.place) from unnest(k.confkey)
        with ordinality u(number, place)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number),
       k.confdeltype::text, k.confupdtype::text,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
       pg_get_constraintdef(k.oid),
       -- By way of jsonb, since the column is there from PostgreSQL 15 on.
       (select array_agg(a.attname::text order by u.place)
        from jsonb_array_elements_text(case jsonb_typeof(to_jsonb(k) -> 'confdelsetcols')
            when 'array' then to_jsonb(k) -> 'confdelsetcols' end)
        with ordinality u(number, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number::int)
from pg_constraint k
join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_index i on i.indexrelid = k.conindid and k.contype = 'u'
where k.contype in ('p', 'u', 'x', 'f', 'c') and {_TABLE}
  and (k.contype <> 'f' or k.conparentid = 0) and (k.contype <> 'c' or k.conislocal)
order by c.oid, k.oid
"""

INDEXES = f"""
select n.nspname, c.relname, x.relname,
       (select json_agg(json_build_array(
            a.attname,
            case when u.number = 0 then pg_get_indexdef(i.indexrelid, u.place::int, true) end,
            i.indoption[u.place - 1],
            case when not o.opcdefault then o.opcname end,
            case when i.indcollation[u.place - 1] <> 0
                  and i.indcollation[u.place - 1] is distinct from a.attcollation
                  and i.indcollation[u.place - 1] <> 100 then k.collname end) order by u.place)
        from unnest(i.indkey) with ordinality u(number, place)
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.number
                                 and u.number <> 0
        left join pg_opclass o on o.oid = i.indclass[u.place - 1]
        left join pg_collation k on k.oid = i.indcollation[u.place - 1]
        where u.place <= i.indnkeyatts),
       (select array_agg(a.attname::text order by u.place)
        from unnest(i.indkey) with ordinality u(number, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.number
        where u.place > i.indnkeyatts),
       i.indisunique, coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
       m.amname, pg_get_expr(i.indpred, i.indrelid),
       (select q.conname from pg_constraint q where q.conindid = i.indexrelid
        and q.contype in ('p', 'u', 'x') limit 1),
       i.indisvalid
from pg_index i
join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace join pg_am m on m.oid = x.relam
where c.relkind in ('r', 'p', 'm') and {_OWN} and {_not_of_extension("pg_class", "c.oid")}
order by c.oid, x.oid
"""

VIEWS = f"""
select n.nspname, c.relname, pg_get_viewdef(c.oid), c.relkind = 'm',
       (select json_agg(distinct jsonb_build_array(rn.nspname, r.relname))
        from pg_rewrite w join pg_depend d on d.classid = 'pg_rewrite'::regclass
        and d.objid = w.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
        join pg_class r on r.oid = d.refobjid join pg_namespace rn on rn.oid = r.relnamespace
        where w.ev_class = c.oid and r.relkind <> 'S'),
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
       coalesce('security_invoker=true' = any (c.reloptions)
                or 'security_invoker=on' = any (c.reloptions)
                or 'security_invoker=1' = any (c.reloptions), false)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and {_OWN} and {_not_of_extension("pg_class", "c.oid")}
order by c.oid
"""

SEQUENCES = f"""
select n.nspname, c.relname, format_type(s.seqtypid, null),
       (select array[tn.nspname::text, t.relname::text] from pg_class t
        join pg_namespace tn on tn.oid = t.relnamespace where t.oid = o.refobjid),
       (select a.attname::text from pg_attribute a
        where a.attrelid = o.refobjid and a.attnum = o.refobjsubid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_sequence s on s.seqrelid = c.oid
left join pg_depend o on o.classid = 'pg_class'::regclass and o.objid = c.oid
     and o.refclassid = 'pg_class'::regclass and o.refobjsubid > 0 and o.deptype in ('a', 'i')
where {_OWN} and {_not_of_extension("pg_class", "c.oid")}
order by c.oid
"""

POLICIES = f"""
select n.nspname, c.relname, p.polname, p.polcmd::text,
       (select array_agg(coalesce(r.rolname::text, 'public') order by u.place)
        from unnest(p.polroles) with ordinality u(role, place)
        left join pg_roles r on r.oid = u.role),
       p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
       pg_get_expr(p.polwithcheck, p.polrelid)
from pg_policy p
join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
where {_OWN} order by c.oid, p.oid
"""

TRIGGERS = f"""
select n.nspname, c.relname, t.tgname, t.tgtype, fn.nspname, f.proname,
       pg_get_triggerdef(t.oid), t.tgenabled <> 'D'
from pg_trigger t
join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
join pg_proc f on f.oid = t.tgfoid join pg_namespace fn on fn.oid = f.pronamespace
where not t.tgisinternal and t.tgparentid = 0 and {_OWN}
  and {_not_of_extension("pg_class", "c.oid")}
order by c.oid, t.oid
"""

ENUMS = f"""
select n.nspname, t.typname,
       (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e
        where e.enumtypid = t.oid)
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where t.typtype = 'e' and {_OWN} and {_not_of_extension("pg_type", "t.oid")} order by t.oid
"""

DOMAINS = f"""
select n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod), t.typnotnull,
       (select array_agg(pg_get_expr(k.conbin, 0) order by k.oid) from pg_constraint k
        where k.contypid = t.oid and k.contype = 'c')
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where t.typtype = 'd' and {_OWN} and {_not_of_extension("pg_type", "t.oid")} order by t.oid
"""

FUNCTIONS = f"""
select n.nspname, p.proname,
       (select array_agg(format_type(u.type, null) order by u.place)
        from unnest(p.proargtypes) with ordinality u(type, place)),
       pg_get_function_result(p.oid), l.lanname,
       case when l.lanname in ('c', 'internal') then null else p.prosrc end,
       p.prosecdef, p.provolatile::text, p.proconfig, p.prokind = 'p'
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
where p.prokind in ('f', 'p', 'w') and {_OWN} and {_not_of_extension("pg_proc", "p.oid")}
  and not exists (select from pg_depend i where i.classid = 'pg_proc'::regclass
                  and i.objid = p.oid and i.deptype = 'i')
order by p.oid
"""

EXTENSIONS = """
select e.extname, n.nspname from pg_extension e
join pg_namespace n on n.oid = e.extnamespace where e.extname <> 'plpgsql' order by e.oid
"""

GRANTS = f"""
select case when c.relkind in ('v', 'm') then 'view' when c.relkind = 'S' then 'sequence'
            else 'table' end,
       n.nspname, c.relname, coalesce(r.rolname, 'public'),
       array_agg(lower(x.privilege_type) order by x.privilege_type), x.is_grantable
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) x left join pg_roles r on r.oid = x.grantee
where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S') and x.grantee <> c.relowner and {_OWN}
  and {_not_of_extension("pg_class", "c.oid")}
group by c.oid, c.relkind, n.nspname, c.relname, r.rolname, x.is_grantable
order by c.oid, r.rolname, x.is_grantable
"""
