create function vat(amount numeric) returns numeric
    language sql immutable
    as 'select round(amount * 0.19, 2)';

create function loyalty_level(since timestamptz) returns integer
    language sql immutable
    as 'select extract(year from age(now(), since))::integer';
